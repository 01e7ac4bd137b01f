"""No module imports itself through others, imports inside functions counted. Layers: `[tool.importlinter]`."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_module_is_part_of_an_import_cycle() -> None:
    graph = grimp.build_graph(
        "orchestration", "expectations", "raw_landing", exclude_type_checking_imports=True, cache_dir=None
    )
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the modules
