using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;
using ResellerPortal.Documents.Invoices.Electronic;
using ResellerPortal.Documents.Invoices.Pdf;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>Invoice snapshots and their document formats.</summary>
internal static class SampleDocuments
{
    public static readonly BillingPeriod October = new(2026, 10);

    public static byte[] Pdf(InvoiceSnapshot snapshot, byte[]? logo = null) => new InvoicePdf().Draw(snapshot, logo);

    public static byte[] Ubl(InvoiceSnapshot snapshot) => new ElectronicInvoiceWriter().Write(snapshot, ElectronicSyntax.Ubl);

    public static byte[] Cii(InvoiceSnapshot snapshot) => new ElectronicInvoiceWriter().Write(snapshot, ElectronicSyntax.Cii);

    public static InvoiceSnapshot Standard() =>
        Snapshot(new TaxTerms("S", 2100, null, null), [("docx → pdf, production", 20, 500_000, 1_000)]);

    public static InvoiceSnapshot Snapshot(TaxTerms tax, IReadOnlyList<(string Text, long Quantity, long Price, long Amount)> lines)
    {
        var eur = Currency.FromCode("EUR");
        var subtotals = TaxCalculation.Subtotals(lines.Select(l => (tax.Category, tax.RateBasisPoints, new Money(l.Amount, eur))), eur);
        var (net, taxes) = (lines.Sum(l => l.Amount), subtotals.Sum(s => s.Tax.MinorUnits));
        return new InvoiceSnapshot
        {
            Version = InvoiceSnapshot.CurrentVersion,
            Number = "INV-1",
            IssuedOn = new DateOnly(2026, 11, 1),
            DueOn = new DateOnly(2026, 11, 15),
            PeriodFrom = October.FirstDay,
            PeriodTo = October.LastDay,
            Currency = eur,
            Seller = new SnapshotParty(
                "Northwind", new PostalAddress("Street 1", "01100", "Vilnius", "LT"), "LT100001919017", "billing@northwind.example")
            {
                ElectronicAddress = new ElectronicAddress("9937", "LT100001919017"),
                Registration = CompanyRegistration.None with { Number = "100001919" },
            },
            Buyer = new SnapshotParty("Acme", new PostalAddress("Road 2", "10115", "Berlin", "DE"), "DE136695976", "pay@buyer.example")
            {
                ElectronicAddress = new ElectronicAddress("9930", "DE136695976"),
            },
            BuyerReference = "PO-4711",
            Lines = [.. lines.Select(l => new SnapshotLine(l.Text, l.Quantity, l.Price, l.Amount, tax.Category, tax.RateBasisPoints))],
            Taxes = [
                .. subtotals.Select(s => new SnapshotTax(
                    s.Category, s.RateBasisPoints, s.Taxable.MinorUnits, s.Tax.MinorUnits, tax.Reason, tax.ReasonCode)),
            ],
            NetMinorUnits = net,
            TaxMinorUnits = taxes,
            TotalMinorUnits = net + taxes,
            PaymentInstructions = "IBAN LT12 1000 0111 0100 1000",
            AccentColor = "#0f6d62",
            Ledger = new SnapshotLedgerRange(1, 1234, new string('a', 64)),
            Days = [],
        };
    }

    /// <summary>The same invoice from a seller with another accounting currency.</summary>
    /// <param name="nanos">Billionths of a euro per unit of that currency.</param>
    public static InvoiceSnapshot Abroad(InvoiceSnapshot snapshot, string ofSeller, long nanos) => snapshot with
    {
        Reporting = SnapshotReporting.Create(
            new ExchangeRate(nanos, Currency.FromCode(ofSeller), snapshot.Currency),
            new Money(snapshot.NetMinorUnits, snapshot.Currency),
            new Money(snapshot.TaxMinorUnits, snapshot.Currency)),
        NationalTax = SnapshotNationalTax.Create(
            new Money(snapshot.TaxMinorUnits, snapshot.Currency),
            new ExchangeRate(nanos, Currency.FromCode(ofSeller), snapshot.Currency),
            ExchangeRate.Same(Currency.FromCode(ofSeller))),
    };

    /// <summary>The same invoice from a seller whose country has another currency than its books.</summary>
    /// <param name="nanos">Billionths of a unit of that currency per unit of the seller's own.</param>
    public static InvoiceSnapshot Taxed(InvoiceSnapshot snapshot, string ofCountry, long nanos) => snapshot with
    {
        NationalTax = SnapshotNationalTax.Create(
            new Money(snapshot.TaxMinorUnits, snapshot.Currency),
            snapshot.Rate,
            new ExchangeRate(nanos, snapshot.Rate.From, Currency.FromCode(ofCountry))),
    };

    public static InvoiceSnapshot Sample(int lines) => new()
    {
        Version = InvoiceSnapshot.CurrentVersion,
        Number = "INV-2026-0042",
        IssuedOn = new DateOnly(2026, 11, 1),
        DueOn = new DateOnly(2026, 11, 15),
        PeriodFrom = new DateOnly(2026, 10, 1),
        PeriodTo = new DateOnly(2026, 10, 31),
        Currency = Currency.FromCode("EUR"),
        Seller = new SnapshotParty(
            "Northwind", new PostalAddress("Street 1", "01100", "Vilnius", "LT"), "LT100001919017", "billing@northwind.example"),
        Buyer = new SnapshotParty("Ąžuolas ir Grüße OÜ", new PostalAddress("Road 2", "10115", "Berlin", "DE"), null, "pay@buyer.example"),
        Lines = [
            .. Enumerable.Range(1, lines).Select(
                i => new SnapshotLine($"converter-{i:000} → pdf, production", 1234, 22_500, 2777, "S", 2100)),
        ],
        Taxes = [new SnapshotTax("S", 2100, 5554, 1166)],
        NetMinorUnits = 5554,
        TaxMinorUnits = 1166,
        TotalMinorUnits = 6720,
        PaymentInstructions = "IBAN LT12 1000 0111 0100 1000",
        AccentColor = "#0f6d62",
        ElectronicProfile = ElectronicProfile.Standard,
        Ledger = new SnapshotLedgerRange(1, 1234, new string('a', 64)),
        Days = [new SnapshotDay(new DateOnly(2026, 10, 3), 1234)],
    };
}
