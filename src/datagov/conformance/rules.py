"""The one table of rules: which function answers which control.

A control without a line here is open: `outcome.unanswered` says so.
"""

from collections.abc import Callable, Mapping

from datagov.conformance import rules_annotation as annotation
from datagov.conformance import rules_content as content
from datagov.conformance import rules_lineage as lineage
from datagov.conformance import rules_personal as personal
from datagov.conformance import rules_rights as rights
from datagov.conformance.catalogue import Control
from datagov.conformance.evidence import Evidence
from datagov.conformance.outcome import Outcome

Rule = Callable[[Control, Evidence], Outcome]

RULES: Mapping[str, Rule] = {
    "4.1.2a-01": personal.a01_declared_source,
    "4.1.2a-02": personal.a02_legal_basis,
    "4.1.2a-03": personal.a03_consent,
    "4.1.2a-04": personal.a04_scan_coverage,
    "4.1.2a-05": personal.a05_residual,
    "4.1.2a-07": personal.a07_purpose,
    "4.1.2a-08": personal.a08_columns,
    "4.1.2a-09": personal.a09_suppression,
    "4.1.2a-11": personal.a11_retention,
    "4.1.2b-01": rights.b01_licence,
    "4.1.2b-02": rights.b02_licence_policy,
    "4.1.2b-03": rights.b03_reservations,
    "4.1.2b-05": rights.b05_takedowns,
    "4.1.2c-01": content.c01_coverage,
    "4.1.2c-02": content.c02_nothing_left,
    "4.1.2c-03": content.c03_review_queue,
    "4.1.2d-01": personal.d01_sensitive,
    "4.1.2d-02": personal.d02_kept_sensitive,
    "4.1.2d-03": personal.d03_grade,
    "4.1.2d-05": personal.d05_treatment,
    "4.1.2d-06": personal.d06_self_scan,
    "4.1.2e-01": content.e01_registry,
    "4.1.2e-03": content.e03_admission,
    "4.1.2e-04": content.e04_manual_check,
    "4.1.2e-07": content.e07_duplicates,
    "4.1.2e-08": content.e08_near_duplicates,
    "4.1.2e-09": content.e09_quality,
    "4.1.2e-10": content.e10_diversity,
    "3.1.2c-01": annotation.where_annotated,
    "3.1.2c-02": annotation.where_annotated,
    "3.1.2c-03": annotation.where_annotated,
    "3.1.2c-04": annotation.where_annotated,
    "3.1.2c-05": annotation.c05_agreement,
    "3.1.2c-06": annotation.c06_equal_labels,
    "3.1.2c-07": annotation.where_annotated,
    "3.1.2c-08": annotation.where_annotated,
    "4.1.2f-01": rights.f01_places,
    "4.1.2f-02": rights.f02_transfer,
    "4.1.2f-03": rights.f03_export_control,
    "6.1b-01": lineage.b01_traceable,
    "6.1b-02": rights.acquisition,
    "6.1b-03": lineage.b03_accounting,
    "6.1b-07": lineage.b07_secrets,
    "6.1b-09": rights.user_data,
    "6.1f-01": lineage.f01_version,
    "6.1f-02": lineage.f02_rollback,
    "6.1g-02": content.g02_benchmarks,
    "4.1.3d-01": rights.upstream,
}
