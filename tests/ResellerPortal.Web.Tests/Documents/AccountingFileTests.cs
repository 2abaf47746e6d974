using System.Globalization;
using System.IO.Compression;
using CsCheck;
using ResellerPortal.Core.Insights;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Taxes;
using ResellerPortal.Documents.Tables;

namespace ResellerPortal.Web.Tests.Documents;

public sealed class AccountingFileTests
{
    private static readonly InvoiceSnapshot Standard = SampleDocuments.Standard();

    [Fact]
    public async Task A_Xero_file_has_the_columns_of_the_template_and_credit_notes_are_negative()
    {
        var note = Standard with { Number = "CN-1", Credits = new SnapshotCredit("INV-1", Standard.IssuedOn, "Agreed") };

        var file = Assert.Single(await XeroFileWriter.WriteAsync(Create(Standard, note), TestContext.Current.CancellationToken));

        Assert.Equal("xero-2026-11.csv", file.Name);
        Assert.Equal(
            "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,POCountry,"
                + "*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,InventoryItemCode,*Description,*Quantity,*UnitAmount,Discount,"
                + "*AccountCode,*TaxType,TaxAmount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,BrandingTheme",
            string.Join(',', CsvRows.ReadHeadings(file.Content)));
        Assert.Equal(
            [
                "Acme|INV-1|PO-4711|01/11/2026|15/11/2026|docx → pdf, production|20|0.50|200|21% (VAT on Income)|2.10|EUR|Germany",
                "Acme|CN-1|INV-1|01/11/2026|15/11/2026|docx → pdf, production|20|-0.50|200|21% (VAT on Income)|-2.10|EUR|Germany",
            ],
            CsvRows.Read(file.Content).Select(row => string.Join(
                '|',
                new[]
                {
                    "*ContactName", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate", "*Description", "*Quantity", "*UnitAmount",
                    "*AccountCode", "*TaxType", "TaxAmount", "Currency", "POCountry",
                }.Select(heading => row[heading]))));
    }

    [Theory]
    [InlineData("GB", "S", "20% (VAT on Income)", "20.0% S", "01/11/2026")]
    [InlineData("LT", "AE", "Zero Rated EC Services", "0.0% ECS", "01/11/2026")]
    [InlineData("LT", "G", "Zero Rated Income", "0.0% Z", "01/11/2026")]
    [InlineData("LT", "E", "Exempt Income", "Exempt", "01/11/2026")]
    [InlineData("LT", "O", "No VAT", "No VAT", "01/11/2026")]
    [InlineData("AU", "S", "GST on Income", "20.0% S", "01/11/2026")]
    [InlineData("NZ", "S", "20% GST on Income", "20.0% S", "01/11/2026")]
    [InlineData("US", "O", "Tax Exempt", "No VAT", "11/01/2026")]
    public async Task Tax_types_and_days_are_those_of_the_program_in_the_sellers_country(
        string country,
        string category,
        string xero,
        string quickBooks,
        string day)
    {
        var document = SampleDocuments.Snapshot(
            new TaxTerms(category, category == "S" ? 2000 : 0, null, null), [("docx → pdf", 20, 500_000, 1_000)]);
        document = document with
        {
            Seller = document.Seller with { Address = document.Seller.Address with { Country = country } },
        };

        var row = (await ReadAsync(XeroFileWriter.WriteAsync, document)).Single().Rows.Single();

        Assert.Equal((xero, day), (row["*TaxType"], row["*InvoiceDate"]));
        Assert.Equal(quickBooks, (await ReadAsync(QuickBooksFileWriter.WriteAsync, document)).Single().Rows.Single()["*ItemTaxCode"]);
    }

    [Fact]
    public async Task A_line_that_a_price_would_not_come_to_exactly_is_one_piece_of_its_amount()
    {
        var document = SampleDocuments.Snapshot(new TaxTerms("S", 2100, null, null), [("docx → pdf", 1234, 22_500, 2_777)]);

        var row = (await ReadAsync(XeroFileWriter.WriteAsync, document)).Single().Rows.Single();

        Assert.Equal(("docx → pdf (1,234)", "1", "27.77", "5.83"), (
            row["*Description"], row["*Quantity"], row["*UnitAmount"], row["TaxAmount"]));
    }

    [Fact]
    public Task Whatever_the_documents_say_their_lines_in_Xero_add_up_to_them() => SampleJournal.Documents.SampleAsync(
        async documents =>
        {
            var rows = (await ReadAsync(XeroFileWriter.WriteAsync, documents)).SelectMany(file => file.Rows).ToList();
            foreach (var document in documents.Where(d => d.TotalMinorUnits != 0))
            {
                var lines = rows.Where(row => row["*InvoiceNumber"] == document.Number).ToList();
                var sign = document.Credits is null ? 1 : -1;
                Assert.Equal(
                    sign * new Money(document.NetMinorUnits, document.Currency).Amount,
                    lines.Sum(row => Parse(row["*Quantity"]) * Parse(row["*UnitAmount"])));
                Assert.Equal(
                    sign * new Money(document.TaxMinorUnits, document.Currency).Amount, lines.Sum(row => Parse(row["TaxAmount"])));
                Assert.Equal(document.Lines.Count, lines.Count);
            }
        },
        iter: 300);

    [Fact]
    public Task Whatever_the_documents_say_QuickBooks_gets_no_negative_amounts_and_sums_that_are_the_documents() =>
        SampleJournal.Documents.SampleAsync(
            async documents =>
            {
                var files = await ReadAsync(QuickBooksFileWriter.WriteAsync, documents);
                foreach (var document in documents.Where(d => d.TotalMinorUnits != 0))
                {
                    var isCredit = document.Credits is null ? document.TotalMinorUnits < 0 : document.TotalMinorUnits > 0;
                    var heading = isCredit ? "*CreditNoteNo" : "*InvoiceNo";
                    var lines = files.SelectMany(file => file.Rows)
                        .Where(row => row.GetValueOrDefault(heading) == document.Number)
                        .ToList();
                    Assert.Equal(
                        Math.Abs(new Money(document.TotalMinorUnits, document.Currency).Amount),
                        lines.Sum(row => Parse(row["*ItemAmount"]) + Parse(row["ItemTaxAmount"])));
                    Assert.All(lines, row => Assert.Equal(
                        Parse(row["*ItemAmount"]), Parse(row["ItemQuantity"]) * Parse(row["ItemRate"])));
                    if (document.NetMinorUnits > 0 == document.TotalMinorUnits > 0)
                    {
                        Assert.All(lines, row => Assert.True(Parse(row["*ItemAmount"]) >= 0 && Parse(row["ItemTaxAmount"]) >= 0));
                    }
                }
            },
            iter: 300);

    [Fact]
    public async Task A_QuickBooks_file_has_the_columns_of_the_sample_and_credit_notes_have_their_own()
    {
        var note = Standard with
        {
            Number = "A-long-series-of-notes-2026-0001",
            Credits = new SnapshotCredit("INV-1", Standard.IssuedOn, "Agreed"),
        };

        var files = await ReadAsync(QuickBooksFileWriter.WriteAsync, Standard, note);

        Assert.Equal(["quickbooks-invoices-2026-11.csv", "quickbooks-credit-notes-2026-11.csv"], files.Select(file => file.Name));
        Assert.Equal(
            "INV-1,Acme,01/11/2026,15/11/2026,,,PO-4711,Sales,docx → pdf, production,20,0.50,10.00,21.0% S,2.10,EUR,31/10/2026",
            string.Join(',', files[0].Rows.Single().Values));
        Assert.Equal(
            "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Location,Memo,Item(Product/Service),ItemDescription,ItemQuantity,ItemRate,"
                + "*ItemAmount,*ItemTaxCode,ItemTaxAmount,Currency,Service Date",
            string.Join(',', files[0].Rows.Single().Keys));
        Assert.Equal(
            ("s-of-notes-2026-0001", "INV-1", "0.50", "10.00"),
            (
                files[1].Rows.Single()["*CreditNoteNo"][1..],
                files[1].Rows.Single()["Memo"],
                files[1].Rows.Single()["ItemRate"],
                files[1].Rows.Single()["*ItemAmount"]));
    }

    [Theory]
    [InlineData(100, 1, new[] { 100 })]
    [InlineData(230, 3, new[] { 100, 100, 30 })]
    [InlineData(50, 30, new[] { 33, 17 })]
    [InlineData(2, 1_001, new[] { 2 })]
    public async Task A_QuickBooks_file_holds_at_most_100_documents_and_1000_rows(int documents, int lines, int[] expected)
    {
        var document = SampleDocuments.Snapshot(
            new TaxTerms("S", 2100, null, null), [.. Enumerable.Repeat(("docx → pdf", 20L, 500_000L, 1_000L), lines)]);

        var files = await ReadAsync(
            QuickBooksFileWriter.WriteAsync, [.. Enumerable.Range(1, documents).Select(i => document with { Number = $"INV-{i}" })]);

        Assert.Equal(expected, files.Select(file => file.Rows.Select(row => row["*InvoiceNo"]).Distinct().Count()));
        Assert.All(files, file => Assert.True(file.Rows.Count <= 1_000));
        Assert.Equal(documents, files.SelectMany(file => file.Rows).Select(row => row["*InvoiceNo"]).Distinct().Count());
        Assert.Equal(documents * lines * 10m, files.SelectMany(file => file.Rows).Sum(row => Parse(row["*ItemAmount"])));
    }

    [Fact]
    public async Task No_cell_is_a_formula()
    {
        var document = Standard with
        {
            Buyer = Standard.Buyer with { Name = "=1+1", Email = "@SUM(A1)" },
            Lines = [Standard.Lines[0] with { Description = "+cmd|' /C calc'!A0" }],
        };

        var xero = (await ReadAsync(XeroFileWriter.WriteAsync, document)).Single().Rows.Single();
        var quickBooks = (await ReadAsync(QuickBooksFileWriter.WriteAsync, document)).Single().Rows.Single();

        Assert.All(xero.Values.Concat(quickBooks.Values), cell => Assert.False(cell is ['=' or '@' or '+', ..], cell));
    }

    [Fact]
    public async Task A_month_without_documents_is_the_headings_alone()
    {
        var batch = Create(Standard) with { Lines = [] };

        Assert.Empty(CsvRows.Read(Assert.Single(await XeroFileWriter.WriteAsync(batch, TestContext.Current.CancellationToken)).Content));
        Assert.Empty(
            CsvRows.Read(Assert.Single(await QuickBooksFileWriter.WriteAsync(batch, TestContext.Current.CancellationToken)).Content));
    }

    [Fact]
    public async Task Lexware_Office_gets_each_document_as_a_file()
    {
        using var stream = new MemoryStream();
        await LexwareOfficeFileWriter.WriteAsync(
            stream,
            Create(Standard with { Number = "../INV/1" }, Standard with { Number = "INV-2" }),
            snapshot => Task.FromResult(System.Text.Encoding.UTF8.GetBytes(snapshot.Number)),
            TestContext.Current.CancellationToken);

        await using var zip = new ZipArchive(stream);

        Assert.Equal(["..-INV-1.pdf", "INV-2.pdf"], zip.Entries.Select(entry => entry.FullName));
        using var second = new StreamReader(await zip.Entries[1].OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal("INV-2", await second.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static JournalBatch Create(params IReadOnlyList<InvoiceSnapshot> documents) =>
        SampleJournal.Create(new JournalAccounts { ResellerId = default }, documents);

    private static async Task<List<(string Name, IReadOnlyList<Dictionary<string, string>> Rows)>> ReadAsync(
        Func<JournalBatch, CancellationToken, Task<IReadOnlyList<AccountingFile>>> writeAsync,
        params IReadOnlyList<InvoiceSnapshot> documents) =>
        [.. (await writeAsync(Create(documents), TestContext.Current.CancellationToken))
            .Select(file => (file.Name, CsvRows.Read(file.Content)))];

    private static decimal Parse(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
