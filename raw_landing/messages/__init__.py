"""Every sentence to the agencies, in Chinese and English."""
