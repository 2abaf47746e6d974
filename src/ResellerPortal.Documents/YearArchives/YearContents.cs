using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Payments;
using ResellerPortal.Core.Time;
using ResellerPortal.Core.YearArchives;

namespace ResellerPortal.Documents.YearArchives;

/// <summary>A document in the archive: its files, and what lists of documents say of it.</summary>
/// <param name="Row">Its line of documents.csv.</param>
/// <param name="Files">Links by what they say: "PDF", "UBL", "CII".</param>
internal sealed record ArchivedDocument(
    string Number,
    DateOnly IssuedOn,
    string Customer,
    Money Total,
    IReadOnlyList<object?> Row,
    IReadOnlyList<(string Label, string Path)> Files);

/// <summary>What of a customer is in the archive.</summary>
/// <param name="Statement">Path of its statement of account; null if it owed nothing and nothing happened.</param>
/// <param name="LedgerFile">Path of its ledger; null if nothing was recorded.</param>
internal sealed record ArchivedCustomer(string Name, string? Statement, string? LedgerFile, YearLedger Ledger);

/// <summary>What was issued in a month in one currency.</summary>
internal sealed record IssuedTotal(int Invoices, int CreditNotes, Money Net, Money Tax);

/// <summary>What was recorded in a month.</summary>
internal sealed record UsageTotal(long Entries, long Quantity, IReadOnlyDictionary<Currency, ExactAmount> Cost);

/// <summary>What was received in a month in one currency.</summary>
internal sealed record PaymentTotal(int Payments, Money Received, Money Refunded);

/// <summary>Collects, while files are written, what the page, the manifest and the lists say of them.</summary>
internal sealed class YearContents(YearArchive archive)
{
    private readonly SortedDictionary<(BillingPeriod Month, string Currency), IssuedTotal> _issued = [];
    private readonly SortedDictionary<BillingPeriod, UsageTotal> _usage = [];
    private readonly SortedDictionary<(BillingPeriod Month, string Currency), PaymentTotal> _payments = [];

    public YearArchive Archive => archive;

    public List<ArchivedDocument> Documents { get; } = [];

    public List<ArchivedCustomer> Customers { get; } = [];

    public IReadOnlyDictionary<(BillingPeriod Month, string Currency), IssuedTotal> Issued => _issued;

    public IReadOnlyDictionary<BillingPeriod, UsageTotal> Usage => _usage;

    public IReadOnlyDictionary<(BillingPeriod Month, string Currency), PaymentTotal> Payments => _payments;

    public int BalanceTransactions { get; set; }

    public long Events { get; set; }

    public long Entries => _usage.Values.Sum(usage => usage.Entries);

    /// <summary>Whether nothing was issued, recorded or paid.</summary>
    public bool IsEmpty => Documents.Count == 0 && _usage.Count == 0 && _payments.Count == 0 && BalanceTransactions == 0;

    public void Add(IssuedDocument document)
    {
        var key = (BillingPeriod.Containing(document.Snapshot.IssuedOn), document.Snapshot.Currency.Code);
        var zero = new Money(0, document.Snapshot.Currency);
        var total = _issued.GetValueOrDefault(key, new IssuedTotal(0, 0, zero, zero));
        _issued[key] = new IssuedTotal(
            total.Invoices + (document.IsCreditNote ? 0 : 1),
            total.CreditNotes + (document.IsCreditNote ? 1 : 0),
            total.Net + document.Net,
            total.Tax + document.Tax);
    }

    public void Add(ExportedEntry entry)
    {
        var month = BillingPeriod.Containing(
            DateTimeOffset.UnixEpoch.AddMicroseconds(entry.Recorded), archive.Reseller.Zone);
        var total = _usage.GetValueOrDefault(month, new UsageTotal(0, 0, new Dictionary<Currency, ExactAmount>()));
        var cost = total.Cost.ToDictionary();
        foreach (var draw in entry.Draws ?? [])
        {
            var currency = Currency.FromCode(draw.Currency);
            var amount = new ExactAmount(draw.Cost, currency);
            cost[currency] = cost.TryGetValue(currency, out var sum) ? sum + amount : amount;
        }

        _usage[month] = new UsageTotal(total.Entries + 1, total.Quantity + entry.Quantity, cost);
    }

    public void Add(Payment payment)
    {
        var key = (BillingPeriod.Containing(payment.ReceivedOn), payment.Currency.Code);
        var zero = new Money(0, payment.Currency);
        var total = _payments.GetValueOrDefault(key, new PaymentTotal(0, zero, zero));
        _payments[key] = payment.AmountMinorUnits < 0
            ? total with { Payments = total.Payments + 1, Refunded = total.Refunded - payment.Amount }
            : total with { Payments = total.Payments + 1, Received = total.Received + payment.Amount };
    }
}
