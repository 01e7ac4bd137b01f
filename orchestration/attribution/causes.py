"""What can make a value differ from the release before, in the order in which shares are attributed. Names only."""

from __future__ import annotations

CAUSES = {
    "new": ("新报送", "new dumps"),
    "revised": ("修订", "revised dumps"),
    "withdrawn": ("撤回", "withdrawn dumps"),
    "corrected": ("更正", "corrections"),
    "definition": ("口径变动", "changed definition"),
    "reference": ("参考数据变动", "changed reference data"),
    "code": ("程序变动", "changed code"),
}
"""What each cause is called."""
