"""FOCUS 1.0 to 1.4, of any provider: https://focus.finops.org/focus-specification/.

Names that versions or early adopters use for the same column are read as one; columns that we have no use for are
left out and named to the user.
"""

from core.collectors.billing.files import ExportFile
from core.collectors.billing.formats import (
    ExportFormat,
    amount,
    json_tags,
    moment,
    provider_label,
    readable,
    service_group,
    service_steps,
    tag_map,
)
from core.errors import MissingColumns

KIND = "focus"

# Our spelling, then others for the same thing: 1.3 renamed the provider, the preview had older names.
COLUMNS: dict[str, tuple[str, ...]] = {
    "BilledCost": (),
    "EffectiveCost": ("AmortizedCost",),
    "ListCost": (),
    "ContractedCost": (),
    "BillingCurrency": (),
    "BillingAccountId": (),
    "BillingAccountName": (),
    "BillingPeriodStart": (),
    "BillingPeriodEnd": (),
    "ChargePeriodStart": (),
    "ChargePeriodEnd": (),
    "ChargeCategory": ("ChargeType",),
    "ChargeClass": (),
    "ChargeDescription": (),
    "ChargeFrequency": (),
    "CommitmentDiscountId": (),
    "CommitmentDiscountType": (),
    "CommitmentDiscountCategory": (),
    "CommitmentDiscountStatus": (),
    "ConsumedQuantity": ("UsageQuantity",),
    "ConsumedUnit": ("UsageUnit",),
    "ContractedUnitPrice": (),
    "ListUnitPrice": (),
    "InvoiceId": (),
    "InvoiceIssuerName": ("InvoiceIssuer",),
    "PricingCategory": (),
    "PricingQuantity": (),
    "PricingUnit": (),
    "ProviderName": ("HostProviderName", "ServiceProviderName", "Provider"),
    "PublisherName": ("Publisher",),
    "RegionId": ("Region",),
    "RegionName": (),
    "AvailabilityZone": (),
    "ResourceId": (),
    "ResourceName": (),
    "ResourceType": (),
    "ServiceCategory": (),
    "ServiceName": (),
    "SkuId": (),
    "SkuPriceId": (),
    "SubAccountId": (),
    "SubAccountName": (),
    "Tags": (),
    "x_UsageType": ("SkuMeter",),
    "x_Operation": (),
}

REQUIRED = (
    "BilledCost",
    "EffectiveCost",
    "BillingCurrency",
    "BillingAccountId",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ChargeCategory",
    "ProviderName",
    "ServiceName",
)

# A file with these is meant to be FOCUS, even if a required column is gone.
_MARKS = ("billedcost", "chargeperiodstart", "chargecategory", "billingperiodstart", "effectivecost")
_VERSIONS = (
    ("invoicedetailid", "1.4"),
    ("serviceprovidername", "1.3"),
    ("invoiceid", "1.2"),
    ("pricingcurrency", "1.2"),
    ("skumeter", "1.1"),
)

_QUANTITIES = ("ListCost", "ContractedCost", "ListUnitPrice", "ContractedUnitPrice", "ConsumedQuantity", "PricingQuantity")
_MEASURES = {"unblended": "BilledCost", "amortized": "EffectiveCost", "list": "ListCost", "contracted": "ContractedCost"}
_TYPED = (*_QUANTITIES, *_MEASURES.values(), "BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd", "Tags")
_TEXTS = tuple(name for name in COLUMNS if name not in _TYPED)

# Google's view writes categories in lower case.
_CATEGORY = (
    "transform(lower(ChargeCategory), ['usage', 'purchase', 'tax', 'credit', 'adjustment'], "
    "['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'], ChargeCategory)"
)
# Azure leaves the service of some purchases empty.
_SERVICE = "if(ServiceName = '', if(PublisherName = '', 'Unnamed service', PublisherName), ServiceName)"
_STEPS = service_steps(
    name=_SERVICE, usage_type="x_UsageType", category=_CATEGORY, description="ChargeDescription", resource_type="ResourceType"
)

TARGETS: dict[str, str] = {
    **{name: name for name in _TEXTS},
    **{name: amount(name) for name in _QUANTITIES},
    "ServiceName": _SERVICE,
    "ChargeCategory": _CATEGORY,
    "BilledCost": amount("BilledCost"),
    "EffectiveCost": amount("EffectiveCost"),
    # Both FOCUS costs already include negotiated discounts.
    "x_NetUnblendedCost": amount("BilledCost"),
    "x_NetAmortizedCost": amount("EffectiveCost"),
    "BillingPeriodStart": moment("BillingPeriodStart"),
    "BillingPeriodEnd": moment("BillingPeriodEnd"),
    "ChargePeriodStart": moment("ChargePeriodStart"),
    "ChargePeriodEnd": moment("ChargePeriodEnd"),
    "Tags": tag_map(json_tags("Tags")),
    "x_Provider": provider_label("ProviderName"),
    "x_Service": "service_label",
    "x_ServiceGroup": service_group("if(ServiceCategory = '', 'Other', ServiceCategory)"),
    "x_LineItemType": "''",
}


def recognise(file: ExportFile) -> ExportFormat | None:
    """The FOCUS format of a file, or None when it's something else. Raises MissingColumns."""
    found = readable(file)
    if sum(mark in found for mark in _MARKS) < 3:
        return None
    spelt = {name: tuple(found[s.lower()] for s in (name, *aliases) if s.lower() in found) for name, aliases in COLUMNS.items()}
    columns = {name: held for name, held in spelt.items() if held}
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise MissingColumns(
            f"{file.name} is a FOCUS file without the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            "Export it again with every mandatory FOCUS column.",
        )
    used = {name for held in columns.values() for name in held}
    return ExportFormat(
        kind=KIND,
        name=f"FOCUS {next((version for mark, version in _VERSIONS if mark in found), '1.0')}",
        known=tuple(COLUMNS),
        columns=columns,
        targets=TARGETS,
        amounts=("BilledCost", "EffectiveCost"),
        optional_amounts=tuple(name for name in _QUANTITIES if name in columns),
        dates=("BillingPeriodStart", "ChargePeriodStart"),
        measures={cost_type: name for cost_type, name in _MEASURES.items() if name in columns},
        account="BillingAccountId",
        currency="BillingCurrency",
        provider=provider_label("ProviderName"),
        steps=_STEPS,
        ignored=[name for name in file.columns if name not in used],
    )
