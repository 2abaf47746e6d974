using System.Text.Json;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// All that a finalised invoice says. Documents are made from this alone, so they come out the same on any later day.
/// It carries nothing of the reseller's cost, unless the reseller prints it.
/// </summary>
public sealed record InvoiceSnapshot
{
    public const int CurrentVersion = 2;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IgnoreReadOnlyProperties = true };

    public required int Version { get; init; }

    /// <summary>What a credit note takes back; null on an invoice.</summary>
    public SnapshotCredit? Credits { get; init; }

    public required string Number { get; init; }

    public required DateOnly IssuedOn { get; init; }

    public required DateOnly DueOn { get; init; }

    public required DateOnly PeriodFrom { get; init; }

    public required DateOnly PeriodTo { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>Its amounts in the seller's own currency; null where the invoice is in that.</summary>
    public SnapshotReporting? Reporting { get; init; }

    public required SnapshotParty Seller { get; init; }

    public required SnapshotParty Buyer { get; init; }

    /// <summary>What the buyer wants to read on e-invoices; null for nothing.</summary>
    public string? BuyerReference { get; init; }

    public required IReadOnlyList<SnapshotLine> Lines { get; init; }

    public required IReadOnlyList<SnapshotTax> Taxes { get; init; }

    public required long NetMinorUnits { get; init; }

    public required long TaxMinorUnits { get; init; }

    public required long TotalMinorUnits { get; init; }

    /// <summary>What of the total the buyer's balance pays.</summary>
    public long FromBalanceMinorUnits { get; init; }

    public required string PaymentInstructions { get; init; }

    /// <summary>Where to pay to; null where the reseller named no account.</summary>
    public BankAccount? Account { get; init; }

    /// <summary>An address where this invoice is paid; null for none.</summary>
    public string? PayLink { get; init; }

    /// <summary>"#rrggbb".</summary>
    public required string AccentColor { get; init; }

    public DocumentFont Font { get; init; }

    /// <summary>The <see cref="Logo.Hash"/> of the seller's mark; null for none.</summary>
    public string? LogoHash { get; init; }

    /// <summary>ISO 639-1 code of the language that it is written in.</summary>
    public string Language { get; init; } = DocumentLanguage.English.Code;

    public ElectronicProfile ElectronicProfile { get; init; }

    public required SnapshotLedgerRange Ledger { get; init; }

    /// <summary>Where the buyer can hold the ledger against it; null where the portal's address was not known.</summary>
    public string? VerifyAt { get; init; }

    /// <summary>Billed conversions per local day, for the chart.</summary>
    public required IReadOnlyList<SnapshotDay> Days { get; init; }

    /// <summary>The same per API token.</summary>
    public IReadOnlyList<SnapshotToken> Tokens { get; init; } = [];

    /// <summary>What the billed conversions cost the seller, in millionths; null where it does not print it.</summary>
    public long? CostMicros { get; init; }

    public Money Total => new(TotalMinorUnits, Currency);

    /// <summary>From the seller's own currency to the invoice's.</summary>
    public ExchangeRate Rate => Reporting?.GetRate(Currency) ?? ExchangeRate.Same(Currency);

    /// <summary>In the seller's own currency.</summary>
    public Money ReportedNet =>
        Reporting is { } reporting ? new Money(reporting.NetMinorUnits, reporting.Currency) : new Money(NetMinorUnits, Currency);

    /// <inheritdoc cref="ReportedNet"/>
    public Money ReportedTax =>
        Reporting is { } reporting ? new Money(reporting.TaxMinorUnits, reporting.Currency) : new Money(TaxMinorUnits, Currency);

    /// <summary>What is left to pay of an invoice; below zero where it is in the buyer's favour.</summary>
    public Money Payable => new(TotalMinorUnits - FromBalanceMinorUnits, Currency);

    public static InvoiceSnapshot Parse(string json) => JsonSerializer.Deserialize<InvoiceSnapshot>(json, Json)
        ?? throw new JsonException("An invoice snapshot is empty.");

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>Amounts of a document in the currency in which its seller keeps its books, and the rate that gave them.</summary>
/// <param name="RateNanos">Billionths of a unit of the document's currency for one of this.</param>
public sealed record SnapshotReporting(Currency Currency, long RateNanos, long NetMinorUnits, long TaxMinorUnits)
{
    public static SnapshotReporting Create(ExchangeRate rate, Money net, Money tax) =>
        new(rate.From, rate.Nanos, rate.Back(net).MinorUnits, rate.Back(tax).MinorUnits);

    public ExchangeRate GetRate(Currency currency) => new(RateNanos, Currency, currency);
}

/// <summary>The invoice that a credit note is against.</summary>
public sealed record SnapshotCredit(string Number, DateOnly IssuedOn, string Reason);

/// <param name="ContactName">Whom to ask; empty for nobody, as <paramref name="Phone"/> is then.</param>
public sealed record SnapshotParty(
    string Name,
    PostalAddress Address,
    string? VatId,
    string Email,
    string ContactName = "",
    string Phone = "");

public sealed record SnapshotLine(
    string Description,
    long Quantity,
    long UnitPriceMicros,
    long AmountMinorUnits,
    string TaxCategory,
    int TaxRateBasisPoints);

/// <param name="Reason">Why no tax is charged; null where it is, and on snapshots from before it was kept.</param>
/// <param name="ReasonCode">The same as a code of the CEF VATEX list.</param>
public sealed record SnapshotTax(
    string Category,
    int RateBasisPoints,
    long TaxableMinorUnits,
    long TaxMinorUnits,
    string? Reason = null,
    string? ReasonCode = null);

/// <summary>Which ledger entries the invoice claims, and the hash of the last of them.</summary>
public sealed record SnapshotLedgerRange(long FirstSequence, long LastSequence, string ChainHead);

public sealed record SnapshotDay(DateOnly Day, long Quantity);

/// <summary>Billed conversions of one API token, its days in their order.</summary>
/// <param name="Ending">The last characters of its secret, to tell tokens apart.</param>
public sealed record SnapshotToken(string Environment, string Ending, IReadOnlyList<SnapshotDay> Days)
{
    public long Quantity => Days.Sum(d => d.Quantity);
}
