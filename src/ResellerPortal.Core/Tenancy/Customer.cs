using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Core.Tenancy;

/// <summary>How a customer's invoices are taxed. Category codes are those of UNTDID 5305, as EN 16931 uses them.</summary>
public enum TaxTreatment
{
    /// <summary>Category S: the reseller's own rate, or the standard rate of its country.</summary>
    Standard,

    /// <summary>Category AE: the customer owes the tax.</summary>
    ReverseCharge,

    /// <summary>Category O: not subject to tax.</summary>
    OutsideScope,

    /// <summary>By the countries of both and the customer's VAT id.</summary>
    Automatic,

    /// <summary>Category G: an export.</summary>
    Export,

    /// <summary>Category E: exempt, for a reason that is printed.</summary>
    Exempt,
}

/// <summary>Whose rules a customer's e-invoices follow beside EN 16931.</summary>
public enum ElectronicProfile
{
    /// <summary>Peppol BIS Billing 3.0.</summary>
    Peppol,

    /// <summary>XRechnung 3.0, for German authorities.</summary>
    XRechnung,
}

/// <summary>An account of one reseller, with members, tokens, a rate card and invoices.</summary>
public sealed class Customer : ICustomerOwned, IAudited
{
    public CustomerId Id { get; init; } = CustomerId.New();

    public required ResellerId ResellerId { get; init; }

    CustomerId ICustomerOwned.CustomerId => Id;

    public required string Name { get; set; }

    public required string Email { get; set; }

    public required PostalAddress Address { get; set; }

    /// <summary>What its own prices, its invoices and its balance are in; never changed once there is one of these.</summary>
    public required Currency Currency { get; set; }

    public string? VatId { get; set; }

    /// <summary>What the customer wants to read on e-invoices: its order number, or the routing id of an authority (Leitweg-ID).</summary>
    public string? BuyerReference { get; set; }

    public ElectronicProfile ElectronicProfile { get; set; }

    /// <summary>ISO 639-1 code of the language of its documents; null for the reseller's.</summary>
    public string? Language { get; set; }

    public TaxTreatment TaxTreatment { get; set; }

    /// <summary>Printed on invoices where the treatment is <see cref="TaxTreatment.Exempt"/>.</summary>
    public string? TaxExemptionReason { get; set; }

    /// <summary>How many active tokens the customer's own members may have made; 0 switches self-service off.</summary>
    public int SelfServiceTokens { get; set; } = 5;

    /// <summary>The highest usage limit a self-made token may carry; null lets the customer make unlimited ones.</summary>
    public long? SelfServiceMaxLimit { get; set; }

    public DateTimeOffset CreatedAtUtc { get; init; }

    /// <summary>When what was stored of its people was erased; null while it was not.</summary>
    public DateTimeOffset? ErasedAtUtc { get; set; }

    /// <summary>Last day of its contract, in the reseller's time zone; null while nobody has ended it.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>Since when its tokens are refused for an unpaid invoice; null while they are not.</summary>
    public DateTimeOffset? PausedAtUtc { get; set; }

    /// <summary>Whether its conversions stop once its balance is spent; otherwise it pays its invoices afterwards.</summary>
    public bool IsPrepaid { get; set; }

    /// <summary>What it paid in and has not spent on invoices, in minor units of its currency: the sum of its balance entries.</summary>
    public long BalanceMinorUnits { get; set; }

    /// <summary>Sequence of the newest balance entry; moved under this row's lock, as those of the ledger.</summary>
    public long BalanceSequence { get; set; }

    /// <summary>Hash of the newest balance entry; 32 zero bytes before the first.</summary>
    public byte[] BalanceHead { get; set; } = new byte[32];

    /// <summary>The highest share of its balance, in percent, that was told of as spent since the last top-up.</summary>
    public int BalanceAlertedPercent { get; set; }

    /// <summary>Conversions that requests of a prepaid customer took so far, held ones among them.</summary>
    public long ConversionsConsumed { get; set; }

    /// <summary>How far <see cref="ConversionsConsumed"/> may go by what is known of its balance.</summary>
    public long ConversionsCovered { get; set; }

    /// <summary>The one converter that this is known for; null for all.</summary>
    public string? CoveredConverter { get; set; }

    /// <summary>Until when it is known; null while it is to be found out.</summary>
    public DateTimeOffset? CoveredUntilUtc { get; set; }

    /// <summary>Sequence of the customer's newest ledger entry; moved under this row's lock, so numbers have no gaps.</summary>
    public long LastSequence { get; set; }

    /// <summary>Hash of the newest ledger entry; 32 zero bytes before the first.</summary>
    public byte[] ChainHead { get; set; } = new byte[32];

    /// <summary>Conversions a month that the customer means to stay within; alerts tell when it does not. Null for none.</summary>
    public long? MonthlyBudget { get; set; }

    /// <summary>First day of the month that <see cref="UsedInMonth"/> counts; null before the first usage.</summary>
    public DateOnly? UsageMonth { get; set; }

    public long UsedInMonth { get; set; }

    /// <summary>The highest share of the budget, in percent, that was told of this month.</summary>
    public int AlertedPercent { get; set; }

    /// <summary>Sequence of the newest entry that a finalised invoice bills.</summary>
    public long BilledThroughSequence { get; set; }

    /// <summary>Conversions that its balance is known to suffice for; 0 where it is to be found out.</summary>
    public long GetCoverage(string converter, DateTimeOffset now) =>
        now < CoveredUntilUtc && (CoveredConverter is null || CoveredConverter == converter)
            ? Math.Max(0, ConversionsCovered - ConversionsConsumed)
            : 0;

    /// <summary>The end of its contract's last day; null for no end.</summary>
    /// <param name="zone">The reseller's time zone.</param>
    public DateTimeOffset? ContractEndsAtUtc(TimeZoneInfo zone) => LastDay is { } day ? zone.StartOfDayUtc(day.AddDays(1)) : null;
}
