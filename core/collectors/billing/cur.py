"""AWS Cost and Usage Reports: legacy (`lineItem/UnblendedCost`), Athena (`line_item_unblended_cost`) and CUR 2.0.

All three are read under Athena's spelling. Rows become FOCUS rows, and the amortized and net amounts follow the
formulas by line-item type in docs/methods.md; columns are those of
https://docs.aws.amazon.com/cur/latest/userguide/data-dictionary.html and
https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html.
"""

import re

from core.collectors.billing.files import ExportFile
from core.collectors.billing.formats import ExportFormat, amount, json_tags, moment, readable, service_group, service_steps, tag_map
from core.errors import MissingColumns

KIND = "cur"

REQUIRED = (
    "bill_payer_account_id",
    "bill_billing_period_start_date",
    "line_item_usage_account_id",
    "line_item_line_item_type",
    "line_item_usage_start_date",
    "line_item_product_code",
    "line_item_currency_code",
    "line_item_unblended_cost",
)

COLUMNS = (
    *REQUIRED,
    "bill_payer_account_name",
    "bill_billing_entity",
    "bill_billing_period_end_date",
    "bill_invoice_id",
    "bill_invoicing_entity",
    "line_item_availability_zone",
    "line_item_legal_entity",
    "line_item_line_item_description",
    "line_item_net_unblended_cost",
    "line_item_operation",
    "line_item_resource_id",
    "line_item_usage_account_name",
    "line_item_usage_amount",
    "line_item_usage_end_date",
    "line_item_usage_type",
    "pricing_public_on_demand_cost",
    "pricing_public_on_demand_rate",
    "pricing_rate_code",
    "pricing_unit",
    "product",
    "product_product_family",
    "product_product_name",
    "product_region",
    "product_region_code",
    "product_sku",
    "reservation_reservation_a_r_n",
    "reservation_effective_cost",
    "reservation_net_effective_cost",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_recurring_fee",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period",
    "reservation_net_unused_recurring_fee",
    "savings_plan_savings_plan_a_r_n",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_net_savings_plan_effective_cost",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
    "savings_plan_amortized_upfront_commitment_for_billing_period",
    "savings_plan_recurring_commitment_for_billing_period",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_recurring_commitment_for_billing_period",
    "resource_tags",
)

_SPELLINGS = {
    "reservation_reservation_arn": "reservation_reservation_a_r_n",
    "savings_plan_savings_plan_arn": "savings_plan_savings_plan_a_r_n",
}
_MARKS = ("line_item_unblended_cost", "line_item_line_item_type", "bill_payer_account_id", "line_item_usage_start_date")
_TAG_COLUMN = re.compile(r"resourcetags/(?P<legacy>.+)|resource_tags_(?P<athena>.+)", re.IGNORECASE | re.DOTALL)

_AMOUNTS = (
    "line_item_net_unblended_cost",
    "line_item_usage_amount",
    "pricing_public_on_demand_cost",
    "pricing_public_on_demand_rate",
    *(name for name in COLUMNS if name.startswith(("reservation_", "savings_plan_")) and not name.endswith("_a_r_n")),
)

# A report without these columns is whole as long as it has no line of the type that they are about.
_NEEDED_BY = {
    "savings_plan_savings_plan_effective_cost": "SavingsPlanCoveredUsage",
    "savings_plan_total_commitment_to_date": "SavingsPlanRecurringFee",
    "savings_plan_used_commitment": "SavingsPlanRecurringFee",
    "reservation_effective_cost": "DiscountedUsage",
    "reservation_unused_amortized_upfront_fee_for_billing_period": "RIFee",
    "reservation_unused_recurring_fee": "RIFee",
}

# Split cost allocation repeats its parent's usage without an amount of its own.
_BLANK_COST_ALLOWED = "line_item_operation IN ('EKSPod-EC2', 'ECSTask-EC2')"

_TYPE = "line_item_line_item_type"
_UNBLENDED = f"ifNull({amount('line_item_unblended_cost')}, toDecimal128(0, 18))"
_RESERVED = "reservation_reservation_a_r_n"
_PLAN = "savings_plan_savings_plan_a_r_n"


def _or_zero(column: str) -> str:
    return f"ifNull({amount(column)}, toDecimal128(0, 18))"


def _net_or_gross(net: str, gross: str) -> str:
    return f"if({net} != '', {_or_zero(net)}, {_or_zero(gross)})"


_SP_UNUSED = f"({_or_zero('savings_plan_total_commitment_to_date')} - {_or_zero('savings_plan_used_commitment')})"
_SP_FEES = (
    f"({_or_zero('savings_plan_amortized_upfront_commitment_for_billing_period')}"
    f" + {_or_zero('savings_plan_recurring_commitment_for_billing_period')})"
)
_SP_NET_FEES = (
    f"({_or_zero('savings_plan_net_amortized_upfront_commitment_for_billing_period')}"
    f" + {_or_zero('savings_plan_net_recurring_commitment_for_billing_period')})"
)
# Both sides of a condition may be worked out, so that the one that isn't taken must not divide by zero either.
_SP_DIVISOR = f"if({_SP_FEES} = 0, toDecimal128(1, 18), {_SP_FEES})"
# The discount on a plan's fees, applied to the part of the fee that went unused.
_SP_NET_UNUSED = (
    f"if(savings_plan_net_amortized_upfront_commitment_for_billing_period = '' "
    f"AND savings_plan_net_recurring_commitment_for_billing_period = '' OR {_SP_FEES} = 0, {_SP_UNUSED}, "
    f"toDecimal128(toDecimal256({_SP_UNUSED}, 18) * toDecimal256({_SP_NET_FEES}, 18) / toDecimal256({_SP_DIVISOR}, 18), 18))"
)
_SP_REFUND = (
    f"{_TYPE} = 'Refund' AND line_item_product_code LIKE '%SavingsPlans' "
    "AND line_item_line_item_description LIKE 'Refund for one-time fee%'"
)
_RI_UNUSED = f"{_or_zero('reservation_unused_amortized_upfront_fee_for_billing_period')} + {_or_zero('reservation_unused_recurring_fee')}"


def _by_type(*, plan: str, plan_unused: str, reserved: str, reserved_unused: str, otherwise: str) -> str:
    zero = "toDecimal128(0, 18)"
    return f"""multiIf(
        {_TYPE} = 'SavingsPlanCoveredUsage', {plan},
        {_TYPE} = 'SavingsPlanRecurringFee', {plan_unused},
        {_TYPE} IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee'), {zero},
        {_TYPE} = 'DiscountedUsage', {reserved},
        {_TYPE} = 'RIFee', {reserved_unused},
        {_TYPE} = 'Fee' AND {_RESERVED} != '', {zero},
        {_SP_REFUND}, {zero},
        {otherwise})"""


_AMORTIZED = _by_type(
    plan=_or_zero("savings_plan_savings_plan_effective_cost"),
    plan_unused=_SP_UNUSED,
    reserved=_or_zero("reservation_effective_cost"),
    reserved_unused=_RI_UNUSED,
    otherwise=_UNBLENDED,
)

# Net columns exist only in a month with a negotiated discount. There a discount's own line is part of the other lines'
# net amounts, so a blank net on it is nothing; a blank net elsewhere means "no discount".
_NET_UNBLENDED_IN_FILE = (
    f"multiIf(line_item_net_unblended_cost != '', {_or_zero('line_item_net_unblended_cost')}, "
    f"{_TYPE} LIKE '%Discount' AND {_TYPE} != 'BundledDiscount', toDecimal128(0, 18), {_UNBLENDED})"
)


def _net_amortized(net_unblended: str) -> str:
    unused = (
        _net_or_gross(
            "reservation_net_unused_amortized_upfront_fee_for_billing_period", "reservation_unused_amortized_upfront_fee_for_billing_period"
        )
        + " + "
        + _net_or_gross("reservation_net_unused_recurring_fee", "reservation_unused_recurring_fee")
    )
    return _by_type(
        plan=_net_or_gross("savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost"),
        plan_unused=_SP_NET_UNUSED,
        reserved=_net_or_gross("reservation_net_effective_cost", "reservation_effective_cost"),
        reserved_unused=unused,
        otherwise=net_unblended,
    )


_CATEGORY = f"""multiIf(
    {_TYPE} = 'Tax', 'Tax',
    {_TYPE} = 'Credit', 'Credit',
    {_TYPE} = 'Refund', 'Adjustment',
    {_TYPE} IN ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription'), 'Purchase',
    'Usage')"""

_COVERED = f"{_TYPE} IN ('DiscountedUsage', 'SavingsPlanCoveredUsage')"
_RECURRING = f"{_TYPE} IN ('RIFee', 'SavingsPlanRecurringFee')"
_PRICING = f"""multiIf(
    {_COVERED}, 'Committed', line_item_usage_type LIKE '%SpotUsage%', 'Dynamic', {_CATEGORY} IN ('Usage', 'Purchase'), 'Standard', '')"""
_PRODUCT_NAME = "JSONExtractString(product, 'product_name')"
_PRODUCT_REGION = "JSONExtractString(product, 'region')"
_SERVICE_NAME = f"multiIf(product_product_name != '', product_product_name, {_PRODUCT_NAME} != '', {_PRODUCT_NAME}, line_item_product_code)"
_REGION = f"multiIf(product_region != '', product_region, {_PRODUCT_REGION} != '', {_PRODUCT_REGION}, product_region_code)"
_MARKETPLACE = "bill_billing_entity = 'AWS Marketplace'"
_STEPS = service_steps(
    # Marketplace codes are opaque; there the product's name says more.
    name=f"if({_MARKETPLACE}, {_SERVICE_NAME}, line_item_product_code)",
    usage_type="line_item_usage_type",
    category=_CATEGORY,
    description="line_item_line_item_description",
    resource_type="''",
)
_GROUP = service_group(f"if({_MARKETPLACE}, 'Marketplace', 'Other')")

TARGETS: dict[str, str] = {
    "BillingAccountId": "bill_payer_account_id",
    "BillingAccountName": "bill_payer_account_name",
    "SubAccountId": "line_item_usage_account_id",
    "SubAccountName": "line_item_usage_account_name",
    "BillingPeriodStart": moment("bill_billing_period_start_date"),
    "BillingPeriodEnd": moment("bill_billing_period_end_date"),
    "ChargePeriodStart": moment("line_item_usage_start_date"),
    "ChargePeriodEnd": moment("line_item_usage_end_date"),
    "ProviderName": "'AWS'",
    "PublisherName": "line_item_legal_entity",
    "InvoiceIssuerName": "bill_invoicing_entity",
    "InvoiceId": "bill_invoice_id",
    "ServiceName": _SERVICE_NAME,
    "ServiceCategory": _GROUP,
    "RegionId": _REGION,
    "RegionName": "''",
    "AvailabilityZone": "line_item_availability_zone",
    "ResourceId": "line_item_resource_id",
    "ResourceName": "''",
    "ResourceType": "product_product_family",
    "ChargeCategory": _CATEGORY,
    "ChargeClass": f"if({_TYPE} = 'Refund', 'Correction', '')",
    "ChargeFrequency": f"multiIf({_CATEGORY} = 'Usage', 'Usage-Based', {_RECURRING}, 'Recurring', 'One-Time')",
    "ChargeDescription": "line_item_line_item_description",
    "BilledCost": _UNBLENDED,
    "EffectiveCost": _AMORTIZED,
    "ListCost": amount("pricing_public_on_demand_cost"),
    "ContractedCost": "CAST(NULL, 'Nullable(Decimal(38, 18))')",
    "BillingCurrency": "line_item_currency_code",
    "ListUnitPrice": amount("pricing_public_on_demand_rate"),
    "ContractedUnitPrice": "CAST(NULL, 'Nullable(Decimal(38, 18))')",
    "ConsumedQuantity": amount("line_item_usage_amount"),
    "ConsumedUnit": "pricing_unit",
    "PricingQuantity": amount("line_item_usage_amount"),
    "PricingUnit": "pricing_unit",
    "PricingCategory": _PRICING,
    "CommitmentDiscountId": f"if({_PLAN} != '', {_PLAN}, {_RESERVED})",
    "CommitmentDiscountType": f"multiIf({_PLAN} != '', 'Savings Plan', {_RESERVED} != '', 'Reserved Instance', '')",
    "CommitmentDiscountCategory": f"multiIf({_PLAN} != '', 'Spend', {_RESERVED} != '', 'Usage', '')",
    "CommitmentDiscountStatus": f"multiIf({_COVERED}, 'Used', {_RECURRING}, 'Unused', '')",
    "SkuId": "product_sku",
    "SkuPriceId": "pricing_rate_code",
    "Tags": tag_map(f"arrayConcat({json_tags('resource_tags')}, column_tags)"),
    "x_Provider": "'AWS'",
    "x_Service": "service_label",
    "x_ServiceGroup": _GROUP,
    "x_UsageType": "line_item_usage_type",
    "x_Operation": "line_item_operation",
    "x_LineItemType": _TYPE,
}


def canonical(column: str) -> str:
    """Athena's spelling of a CUR column: `lineItem/UnblendedCost` becomes `line_item_unblended_cost`."""
    if "/" in column:
        column = column.replace("/", "_")
        column = re.sub(r"(?<=[a-zA-Z0-9])(?=[A-Z])", "_", column).replace("__", "_")
    return _SPELLINGS.get(column.lower(), column.lower())


def recognise(file: ExportFile) -> ExportFormat | None:
    """The CUR format of a file, or None when it's something else. Raises MissingColumns."""
    found = {canonical(name): name for name in readable(file).values()}
    if sum(mark in found for mark in _MARKS) < 2:
        return None
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise MissingColumns(
            f"{file.name} is a Cost and Usage Report without the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            "Export it again with the bill and line item columns.",
        )
    columns = {name: (found[name],) for name in COLUMNS if name in found}
    tags = {name: _tag_key(name) for name in readable(file).values() if _TAG_COLUMN.fullmatch(name)}
    used = {*(found[name] for name in columns), *tags}
    net = _NET_UNBLENDED_IN_FILE if "line_item_net_unblended_cost" in columns else _UNBLENDED
    return ExportFormat(
        kind=KIND,
        name=_version(found),
        known=COLUMNS,
        columns=columns,
        targets={**TARGETS, "x_NetUnblendedCost": net, "x_NetAmortizedCost": _net_amortized(net)},
        amounts=("line_item_unblended_cost",),
        optional_amounts=tuple(name for name in _AMOUNTS if name in columns),
        dates=("bill_billing_period_start_date", "line_item_usage_start_date"),
        measures={"unblended": "BilledCost"},
        account="bill_payer_account_id",
        currency="line_item_currency_code",
        provider="'AWS'",
        may_be_blank=_BLANK_COST_ALLOWED,
        needed={name: f"line_item_line_item_type = '{line}'" for name, line in _NEEDED_BY.items() if name not in columns},
        steps=_STEPS,
        tag_columns=tags,
        ignored=[name for name in file.columns if name not in used],
    )


def _version(found: dict[str, str]) -> str:
    if "/" in found["line_item_unblended_cost"]:
        return "CUR (legacy)"
    return "CUR 2.0" if "bill_payer_account_name" in found or "product" in found else "CUR (Athena)"


def _tag_key(column: str) -> str:
    match = _TAG_COLUMN.fullmatch(column)
    return (match["legacy"] or match["athena"]) if match else column
