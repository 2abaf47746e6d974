using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class UsageImportTests
{
    private static readonly Dictionary<string, Guid> NoChoice = [];

    [Fact]
    public async Task The_same_file_twice_adds_nothing_and_an_overlapping_one_only_what_is_new()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, token) = await SellAsync(sqlite);
        List<ImportLine> october = [
            Line(2, token.Secret, "2026-10-01", "10"), Line(3, token.Secret, "2026-10-02", "5"), Line(4, token.Secret, "2026-10-02", "2"),
        ];
        List<ImportLine> overlapping = [Line(2, token.Secret, "2026-10-02", "9"), Line(3, token.Secret, "2026-10-03T08:00:00Z", "1")];

        var first = await TestData.Valued(Imports(sqlite).ImportAsync(owner, october, NoChoice));
        var again = await TestData.Valued(Imports(sqlite).ImportAsync(owner, october, NoChoice));
        var further = await TestData.Valued(Imports(sqlite).ImportAsync(owner, overlapping, NoChoice));

        Assert.Equal((17, 0, 3), (first.NewConversions, again.NewConversions, further.NewConversions));
        await using var db = sqlite.OpenAll();
        Assert.Equal(20, await db.LedgerEntries.SumAsync(e => e.Quantity));
        Assert.All(await db.LedgerEntries.ToListAsync(), e => Assert.Equal(UsageSource.Import, e.Source));
        await sqlite.AssertLedgerIsCleanAsync();
    }

    [Fact]
    public async Task Invalid_lines_are_reported_by_number_and_the_rest_is_imported()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, token) = await SellAsync(sqlite);
        List<ImportLine> lines =
        [
            Line(2, token.Secret, "2026-10-01", "4"),
            Line(3, token.Secret, "01/10/2026", "4"),
            Line(4, token.Secret, "2026-10-01", "-4"),
            Line(5, token.Secret, "2026-10-01", "4.5"),
            Line(6, "somebody else's", "2026-10-01", "4"),
            Line(7, token.Secret, "2027-10-01", "4"),
            Line(8, token.Secret, "2026-10-01", "4", "=cmd()"),
            Line(9, token.Secret, "2026-10-01 23:59:59", "1", "html to pdf"),
        ];

        var report = await TestData.Valued(Imports(sqlite).ImportAsync(owner, lines, NoChoice));

        Assert.Equal([3, 4, 5, 6, 7, 8], report.RejectedLines.Select(b => b.Number));
        Assert.Equal(["somebody else's"], report.UnknownTokens);
        await using var db = sqlite.OpenAll();
        Assert.Equal(
            [("docx-to-pdf", 4L), ("html-to-pdf", 1L)],
            (await db.LedgerEntries.OrderBy(e => e.Sequence).ToListAsync()).Select(e => (e.Converter, e.Quantity)));
    }

    [Fact]
    public async Task A_preview_writes_nothing_and_a_chosen_name_is_remembered()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (owner, _, token) = await SellAsync(sqlite);
        List<ImportLine> lines = [Line(2, "acme at convertapi", "2026-10-01", "4")];

        var preview = await TestData.Valued(Imports(sqlite).PreviewAsync(owner, lines, NoChoice));
        Assert.Equal((0L, 1), (preview.NewConversions, preview.UnknownTokens.Count));
        await TestData.Valued(
            Imports(sqlite).ImportAsync(owner, lines, new Dictionary<string, Guid> { ["acme at convertapi"] = token.Token.Id }));
        var later = await TestData.Valued(
            Imports(sqlite).PreviewAsync(owner, [Line(2, "acme at convertapi", "2026-10-02", "3")], NoChoice));

        Assert.Equal((3L, 0), (later.NewConversions, later.UnknownTokens.Count));
        await using var db = sqlite.OpenAll();
        Assert.Equal(4, await db.LedgerEntries.SumAsync(e => e.Quantity));
    }

    [Fact]
    public async Task Another_resellers_token_is_not_matched_by_secret_id_or_choice()
    {
        await using var sqlite = await TestDatabaseOnSqlite.OpenAsync();
        var (_, _, foreign) = await SellAsync(sqlite);
        var (_, other) = await sqlite.Data.AddResellerAsync("fabrikam");
        await sqlite.Data.BuyAsync(other, 100, 1);
        List<ImportLine> lines = [
            Line(2, foreign.Secret, "2026-10-01", "4"),
            Line(3, foreign.Token.Id.ToString(), "2026-10-01", "4"),
            Line(4, "x", "2026-10-01", "4"),
        ];

        var report = await TestData.Valued(
            Imports(sqlite).ImportAsync(other, lines, new Dictionary<string, Guid> { ["x"] = foreign.Token.Id }));

        Assert.Equal((0L, 3), (report.NewConversions, report.RejectedLines.Count));
        await using var db = sqlite.OpenAll();
        Assert.Null((await db.ApiTokens.SingleAsync(t => t.Id == foreign.Token.Id)).ImportName);
        Assert.Equal(0, await db.LedgerEntries.CountAsync());
    }

    private static UsageImporter Imports(TestDatabase sqlite) => new(sqlite.Database, sqlite.Data.Recorder, sqlite.Clock);

    private static ImportLine Line(int number, string token, string at, string quantity, string? converter = "docx-to-pdf") =>
        new(number, token, at, quantity, converter);

    private static async Task<(Actor Owner, Customer Customer, IssuedToken Token)> SellAsync(TestDatabase sqlite)
    {
        var (_, owner) = await sqlite.Data.AddResellerAsync("northwind");
        await sqlite.Data.BuyAsync(owner, 1000, 10);
        var customer = await sqlite.Data.AddCustomerAsync(owner, "Acme");
        return (owner, customer, await sqlite.Data.IssueAsync(owner, customer));
    }
}
