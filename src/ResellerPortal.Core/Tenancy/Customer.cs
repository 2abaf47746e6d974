using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tenancy;

/// <summary>How a customer's invoices are taxed. Category codes are from UNTDID 5305, as used by EN 16931.</summary>
public enum TaxTreatment
{
    /// <summary>Category S: the reseller's own rate, or its country's standard rate.</summary>
    Standard,

    /// <summary>Category AE: the customer is liable for the tax.</summary>
    ReverseCharge,

    /// <summary>Category O: not subject to tax.</summary>
    OutsideScope,

    /// <summary>Determined by both parties' countries and the customer's VAT ID.</summary>
    Automatic,

    /// <summary>Category G: an export.</summary>
    Export,

    /// <summary>Category E: exempt, for a printed reason.</summary>
    Exempt,
}

/// <summary>The e-invoicing rules that apply in addition to EN 16931.</summary>
public enum ElectronicProfile
{
    /// <summary>Peppol BIS Billing 3.0.</summary>
    Peppol,

    /// <summary>XRechnung 3.0, for German authorities.</summary>
    XRechnung,

    /// <summary>Nothing beyond the European standard: for customers that are in no network.</summary>
    Standard,
}

/// <summary>A customer account of one reseller, with members, tokens, a rate card and invoices.</summary>
public sealed class Customer : ICustomerOwned, IAudited
{
    public CustomerId Id { get; init; } = CustomerId.New();

    public required ResellerId ResellerId { get; init; }

    CustomerId ICustomerOwned.CustomerId => Id;

    public required string Name { get; set; }

    public required string Email { get; set; }

    public required PostalAddress Address { get; set; }

    /// <summary>Currency of its own prices, invoices and balance; fixed once any of these exists.</summary>
    public required Currency Currency { get; set; }

    public string? VatId { get; set; }

    /// <summary>The customer's reference for e-invoices: its order number, or an authority's routing ID (Leitweg-ID).</summary>
    public string? BuyerReference { get; set; }

    public ElectronicProfile ElectronicProfile { get; set; } = ElectronicProfile.Standard;

    /// <summary>Where it receives e-invoices.</summary>
    public ElectronicAddress ElectronicAddress { get; set; } = ElectronicAddress.None;

    /// <summary>Its number in the register of companies; empty if there is none.</summary>
    public string RegistrationNumber { get; set; } = "";

    /// <summary>ISO 639-1 code of the language of its documents; null for the reseller's.</summary>
    public string? Language { get; set; }

    public TaxTreatment TaxTreatment { get; set; }

    /// <summary>Printed on invoices if the treatment is <see cref="TaxTreatment.Exempt"/>.</summary>
    public string? TaxExemptionReason { get; set; }

    /// <summary>Maximum active tokens created by the customer's own members; 0 disables self-service.</summary>
    public int SelfServiceTokens { get; set; } = 5;

    /// <summary>Maximum usage limit of a self-service token; null allows unlimited tokens.</summary>
    public long? SelfServiceMaxLimit { get; set; }

    public DateTimeOffset CreatedAtUtc { get; init; }

    /// <summary>When its members' personal data was erased; null if it was not.</summary>
    public DateTimeOffset? ErasedAtUtc { get; set; }

    /// <summary>Last day of its contract, in the reseller's time zone; null for no end.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>Since when its tokens are paused for an unpaid invoice; null if they are not.</summary>
    public DateTimeOffset? PausedAtUtc { get; set; }

    /// <summary>Whether its conversions stop once its balance is spent; otherwise it is postpaid.</summary>
    public bool IsPrepaid { get; set; }

    /// <summary>Its balance in minor units of its currency: the sum of its balance transactions.</summary>
    public long BalanceMinorUnits { get; set; }

    /// <summary>Sequence of the newest balance transaction; changed under this row's lock, like the ledger's.</summary>
    public long BalanceSequence { get; set; }

    /// <summary>Hash of the newest balance transaction; 32 zero bytes before the first.</summary>
    public byte[] BalanceHead { get; set; } = new byte[32];

    /// <summary>The highest spent percentage of its balance for which an alert was sent since the last top-up.</summary>
    public int BalanceAlertedPercent { get; set; }

    /// <summary>Conversions that its requests in flight hold of its reseller's lots.</summary>
    public long Reserved { get; set; }

    /// <summary>Conversions that a prepaid customer's requests have used or reserved so far.</summary>
    public long ConversionsConsumed { get; set; }

    /// <summary>The value of <see cref="ConversionsConsumed"/> up to which its balance is known to suffice.</summary>
    public long ConversionsCovered { get; set; }

    /// <summary>The only converter that the coverage applies to; null for all.</summary>
    public string? CoveredConverter { get; set; }

    /// <summary>When the coverage expires; null if it must be recalculated.</summary>
    public DateTimeOffset? CoveredUntilUtc { get; set; }

    /// <summary>Sequence of the customer's newest ledger entry; changed under this row's lock, so that numbers have no gaps.</summary>
    public long LastSequence { get; set; }

    /// <summary>Hash of the newest ledger entry; 32 zero bytes before the first.</summary>
    public byte[] ChainHead { get; set; } = new byte[32];

    /// <summary>The customer's intended conversions per month; alerts are sent when it is exceeded. Null for none.</summary>
    public long? MonthlyBudget { get; set; }

    /// <summary>First day of the month that <see cref="UsedInMonth"/> counts; null before the first usage.</summary>
    public DateOnly? UsageMonth { get; set; }

    public long UsedInMonth { get; set; }

    /// <summary>The highest used percentage of the budget for which an alert was sent this month.</summary>
    public int AlertedPercent { get; set; }

    /// <summary>Sequence of the newest entry billed by a finalised invoice.</summary>
    public long BilledThroughSequence { get; set; }

    /// <summary>Whether more was used than its balance is known to cover.</summary>
    public bool IsBeyondCoverage => ConversionsConsumed > ConversionsCovered;

    /// <summary>Conversions that its balance is known to cover; 0 if coverage must be recalculated.</summary>
    public long GetCoverage(string converter, DateTimeOffset now) =>
        now < CoveredUntilUtc && (CoveredConverter is null || CoveredConverter == converter)
            ? Math.Max(0, ConversionsCovered - ConversionsConsumed)
            : 0;

    /// <summary>The end of its contract's last day; null for no end.</summary>
    /// <param name="zone">The reseller's time zone.</param>
    public DateTimeOffset? ContractEndsAtUtc(TimeZoneInfo zone) => LastDay is { } day ? zone.StartOfDayUtc(day.AddDays(1)) : null;
}
