using CsCheck;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Time;

namespace ResellerPortal.Web.Tests.Documents;

/// <summary>A month's journal of given documents, made on 15 October 2026 at noon.</summary>
internal static class SampleJournal
{
    private static readonly SellerTaxSettings Settings = new(StandardTaxBasisPoints: null, UsesOneStopShop: false);

    /// <summary>Random documents of one accounting currency, each with its own number.</summary>
    public static Gen<InvoiceSnapshot[]> Documents { get; } = RandomDocuments.ForProfile(ElectronicProfile.Standard).Array[1, 12]
        .Select(documents => documents
            .Where(document => document.ReportedNet.Currency == documents[0].ReportedNet.Currency)
            .Select((document, index) => document with { Number = $"INV-{index + 1}" })
            .ToArray());

    public static IssuedDocument Issue(InvoiceSnapshot snapshot) => new(default, snapshot, Settings);

    /// <param name="snapshots">In one accounting currency; those that charge nothing are left out.</param>
    public static JournalBatch Create(JournalAccounts accounts, params IReadOnlyList<InvoiceSnapshot> snapshots) => new(
        new BillingPeriod(2026, 11),
        new DateTime(2026, 10, 15, 12, 0, 0, DateTimeKind.Unspecified),
        accounts,
        snapshots[0].ReportedNet.Currency,
        [.. snapshots.Select(Issue).Where(document => document.Booked is not null).Select(document => new JournalLine(
            document,
            accounts.FirstDebtor,
            accounts.GetRevenue(document.Kind!.Value),
            document.Net + document.Tax,
            document.Booked!.Gross))]);
}
