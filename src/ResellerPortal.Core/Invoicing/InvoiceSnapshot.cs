using System.Text.Json;
using ResellerPortal.Core.Languages;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Invoicing;

/// <summary>
/// Everything a finalised invoice states. Documents are rendered from it alone, so they never change. It excludes the reseller's cost
/// unless the reseller prints it.
/// </summary>
public sealed record InvoiceSnapshot
{
    public const int CurrentVersion = 4;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { IgnoreReadOnlyProperties = true };

    public required int Version { get; init; }

    /// <summary>The invoice that a credit note credits; null on an invoice.</summary>
    public SnapshotCredit? Credits { get; init; }

    public required string Number { get; init; }

    public required DateOnly IssuedOn { get; init; }

    public required DateOnly DueOn { get; init; }

    public required DateOnly PeriodFrom { get; init; }

    public required DateOnly PeriodTo { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>Amounts in the seller's own currency; null if the invoice is in that currency.</summary>
    public SnapshotReporting? Reporting { get; init; }

    /// <summary>
    /// The tax in the currency of the seller's country, which laws require (in the Union, Article 230 of Council Directive 2006/112/EC).
    /// Null if the invoice is in that currency, if it has no tax and the seller's own currency is a third one, and before version 4.
    /// </summary>
    public SnapshotNationalTax? NationalTax { get; init; }

    public required SnapshotParty Seller { get; init; }

    public required SnapshotParty Buyer { get; init; }

    /// <summary>The reference that the buyer requires on e-invoices; null if there is none.</summary>
    public string? BuyerReference { get; init; }

    public required IReadOnlyList<SnapshotLine> Lines { get; init; }

    public required IReadOnlyList<SnapshotTax> Taxes { get; init; }

    public required long NetMinorUnits { get; init; }

    public required long TaxMinorUnits { get; init; }

    public required long TotalMinorUnits { get; init; }

    /// <summary>The part of the total paid from the buyer's balance.</summary>
    public long FromBalanceMinorUnits { get; init; }

    public required string PaymentInstructions { get; init; }

    /// <summary>The account to pay to; null if the reseller entered none.</summary>
    public BankAccount? Account { get; init; }

    /// <summary>URL for paying this invoice; null if there is none.</summary>
    public string? PayLink { get; init; }

    /// <summary>In the form "#rrggbb".</summary>
    public required string AccentColor { get; init; }

    public DocumentFont Font { get; init; }

    /// <summary>The <see cref="Logo.Hash"/> of the seller's logo; null if there is none.</summary>
    public string? LogoHash { get; init; }

    /// <summary>ISO 639-1 code of the document's language.</summary>
    public string Language { get; init; } = DocumentLanguage.English.Code;

    public ElectronicProfile ElectronicProfile { get; init; }

    public required SnapshotLedgerRange Ledger { get; init; }

    /// <summary>URL where the buyer can verify the ledger; null if the portal's address was unknown.</summary>
    public string? VerifyAt { get; init; }

    /// <summary>Billed conversions per local day, for the chart.</summary>
    public required IReadOnlyList<SnapshotDay> Days { get; init; }

    /// <summary>Billed conversions per API token.</summary>
    public IReadOnlyList<SnapshotToken> Tokens { get; init; } = [];

    /// <summary>The seller's cost of the billed conversions, in millionths; null if it is not printed.</summary>
    public long? CostMicros { get; init; }

    public Money Total => new(TotalMinorUnits, Currency);

    /// <summary>From the seller's own currency to the invoice's.</summary>
    public ExchangeRate Rate => Reporting?.GetRate(Currency) ?? ExchangeRate.Same(Currency);

    /// <summary>The net amount in the seller's own currency.</summary>
    public Money ReportedNet =>
        Reporting is { } reporting ? new Money(reporting.NetMinorUnits, reporting.Currency) : new Money(NetMinorUnits, Currency);

    /// <inheritdoc cref="ReportedNet"/>
    public Money ReportedTax =>
        Reporting is { } reporting ? new Money(reporting.TaxMinorUnits, reporting.Currency) : new Money(TaxMinorUnits, Currency);

    /// <summary>
    /// The tax in its accounting currency (EN 16931, BT-6 and BT-111); null if that is the invoice's. Before version 4, it was always the
    /// seller's own.
    /// </summary>
    public Money? AccountedTax => NationalTax is { } national ? new Money(national.TaxMinorUnits, national.Currency)
        : Version < 4 && Reporting is not null ? ReportedTax
        : null;

    /// <summary>What is left to pay of an invoice; negative if it is in the buyer's favour.</summary>
    public Money Payable => new(TotalMinorUnits - FromBalanceMinorUnits, Currency);

    public static InvoiceSnapshot Parse(string json) => JsonSerializer.Deserialize<InvoiceSnapshot>(json, Json)
        ?? throw new JsonException("An invoice snapshot is empty.");

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>A document's amounts in its seller's own currency, and the rate used.</summary>
/// <param name="RateNanos">Billionths of a unit of the document's currency for one unit of the seller's.</param>
public sealed record SnapshotReporting(Currency Currency, long RateNanos, long NetMinorUnits, long TaxMinorUnits)
{
    public static SnapshotReporting Create(ExchangeRate rate, Money net, Money tax) =>
        new(rate.From, rate.Nanos, rate.Back(net).MinorUnits, rate.Back(tax).MinorUnits);

    public ExchangeRate GetRate(Currency currency) => new(RateNanos, Currency, currency);
}

/// <summary>A document's tax in the currency of its seller's country, and the rate used.</summary>
/// <param name="Own">The seller's own currency, in which its books are.</param>
/// <param name="RateNanos">Billionths of a unit of the country's currency for one unit of the seller's own.</param>
public sealed record SnapshotNationalTax(Currency Currency, Currency Own, long RateNanos, long TaxMinorUnits)
{
    public ExchangeRate Rate => new(RateNanos, Own, Currency);

    /// <summary>Converts the tax by way of the seller's own currency and rounds once.</summary>
    /// <param name="ofDocument">From the seller's own currency to the document's.</param>
    /// <param name="ofCountry">From the seller's own currency to its country's.</param>
    public static SnapshotNationalTax Create(Money tax, ExchangeRate ofDocument, ExchangeRate ofCountry) => new(
        ofCountry.To,
        ofCountry.From,
        ofCountry.Nanos,
        Money.Round(tax.Amount * ofCountry.Amount / ofDocument.Amount, ofCountry.To).MinorUnits);
}

/// <summary>The invoice that a credit note refers to.</summary>
public sealed record SnapshotCredit(string Number, DateOnly IssuedOn, string Reason);

/// <param name="ContactName">Contact person; empty if there is none, as <paramref name="Phone"/> is then.</param>
public sealed record SnapshotParty(
    string Name,
    PostalAddress Address,
    string? VatId,
    string Email,
    string ContactName = "",
    string Phone = "")
{
    public ElectronicAddress ElectronicAddress { get; init; } = ElectronicAddress.None;

    public CompanyRegistration Registration { get; init; } = CompanyRegistration.None;
}

public sealed record SnapshotLine(
    string Description,
    long Quantity,
    long UnitPriceMicros,
    long AmountMinorUnits,
    string TaxCategory,
    int TaxRateBasisPoints);

/// <param name="Reason">Why no tax is charged; null if tax is charged, and on older snapshots.</param>
/// <param name="ReasonCode">The reason as a code of the CEF VATEX list.</param>
public sealed record SnapshotTax(
    string Category,
    int RateBasisPoints,
    long TaxableMinorUnits,
    long TaxMinorUnits,
    string? Reason = null,
    string? ReasonCode = null);

/// <summary>The range of ledger entries that the invoice claims, and the hash of the last one.</summary>
public sealed record SnapshotLedgerRange(long FirstSequence, long LastSequence, string ChainHead);

public sealed record SnapshotDay(DateOnly Day, long Quantity);

/// <summary>Billed conversions of one API token, ordered by day.</summary>
/// <param name="Ending">The last characters of its secret, to tell tokens apart.</param>
public sealed record SnapshotToken(string Environment, string Ending, IReadOnlyList<SnapshotDay> Days)
{
    public long Quantity => Days.Sum(d => d.Quantity);
}
