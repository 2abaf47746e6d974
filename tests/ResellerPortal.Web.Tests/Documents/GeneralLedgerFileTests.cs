using System.Text.Json;
using CsCheck;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Documents.Tables;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class GeneralLedgerFileTests
{
    [Fact]
    public Task Whatever_the_documents_say_the_debits_of_each_transaction_are_its_credits() => SampleJournal.Documents.SampleAsync(
        async documents =>
        {
            var entries = await ReadAsync(documents);
            foreach (var transaction in entries.GroupBy(entry => entry.GetProperty("transaction_id").GetString()))
            {
                Assert.Equal(
                    transaction.Sum(entry => GetAmount(entry, "debit_amount")),
                    transaction.Sum(entry => GetAmount(entry, "credit_amount")));
                Assert.All(
                    transaction,
                    entry => Assert.True(GetAmount(entry, "debit_amount") > 0 ^ GetAmount(entry, "credit_amount") > 0, entry.ToString()));
            }

            // The customers' accounts owe what the documents charge.
            Assert.Equal(
                documents.Sum(d => (d.Credits is null ? 1 : -1) * (d.ReportedNet + d.ReportedTax).Amount),
                entries.Where(entry => entry.GetProperty("account_id").GetInt64() == 10_000)
                    .Sum(entry => GetAmount(entry, "debit_amount") - GetAmount(entry, "credit_amount")));
        },
        iter: 300);

    [Fact]
    public async Task A_document_is_three_entries_with_its_tax_at_the_revenue()
    {
        var document = SampleDocuments.Abroad(
            SampleDocuments.Standard() with { Currency = Core.Monetary.Currency.FromCode("USD") }, "EUR", 1_250_000_000);

        var entries = await ReadAsync(document);

        // 10.00 and 2.10 USD are 8.00 and 1.68 EUR.
        Assert.Equal(
            [(10_000L, 9.68m, 0m, 12.10m), (8400L, 0m, 8.00m, 10.00m), (1776L, 0m, 1.68m, 2.10m)],
            entries.Select(entry => (
                entry.GetProperty("account_id").GetInt64(),
                GetAmount(entry, "debit_amount"),
                GetAmount(entry, "credit_amount"),
                GetAmount(entry, "currency_amount"))));
        Assert.All(entries, entry => Assert.Equal(
            ("INV-1", "Acme", "EUR", "USD", "0.8"),
            (
                entry.GetProperty("document_number").GetString(),
                entry.GetProperty("customer_name").GetString(),
                entry.GetProperty("default_currency_code").GetString(),
                entry.GetProperty("currency_code").GetString(),
                entry.GetProperty("exchange_rate").GetString())));
        Assert.Equal(
            ("S", 21m, 8.00m, 1.68m),
            (
                entries[1].GetProperty("tax_code").GetString(),
                GetAmount(entries[1], "tax_percentage"),
                GetAmount(entries[1], "tax_base"),
                GetAmount(entries[1], "tax_amount")));
        Assert.All([entries[0], entries[2]], entry => Assert.Equal(JsonValueKind.Null, entry.GetProperty("tax_amount").ValueKind));
    }

    [Fact]
    public async Task A_credit_note_is_posted_the_other_way_and_a_consumers_foreign_tax_apart()
    {
        var standard = SampleDocuments.Snapshot(new TaxTerms("S", 1900, null, null), [("docx → pdf", 20, 500_000, 1_000)]);
        var note = standard with
        {
            Buyer = standard.Buyer with { VatId = null },
            Credits = new SnapshotCredit("INV-0", standard.IssuedOn, "Agreed"),
        };

        var entries = await ReadAsync(note);

        Assert.Equal(
            [(10_000L, 0m, 11.90m), (8320L, 10.00m, 0m), (1768L, 1.90m, 0m)],
            entries.Select(entry => (
                entry.GetProperty("account_id").GetInt64(), GetAmount(entry, "debit_amount"), GetAmount(entry, "credit_amount"))));
    }

    private static decimal GetAmount(JsonElement entry, string name) =>
        entry.GetProperty(name) is { ValueKind: JsonValueKind.Number } amount ? amount.GetDecimal() : 0;

    private static async Task<List<JsonElement>> ReadAsync(params IReadOnlyList<InvoiceSnapshot> documents)
    {
        using var stream = new MemoryStream();
        await GeneralLedgerFileWriter.WriteAsync(
            stream,
            TableFormat.Json,
            SampleJournal.Create(new JournalAccounts { ResellerId = default }, documents),
            TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(stream.ToArray());
        return [.. json.RootElement.EnumerateArray().Select(entry => entry.Clone())];
    }
}
