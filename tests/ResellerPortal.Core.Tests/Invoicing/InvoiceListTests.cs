using ResellerPortal.Core.Access;
using ResellerPortal.Core.Invoicing;

namespace ResellerPortal.Core.Tests.Invoicing;

public sealed class InvoiceListTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    [Theory]
    [EachProvider]
    public async Task The_list_is_searched_filtered_and_sorted_by_the_database(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var fixture = await InvoicingFixture.OpenAsync(database);
        var october = await fixture.InvoiceAsync();
        var november = await fixture.InvoiceAsync();
        var (_, stranger) = await database.Data.AddResellerAsync("fabrikam");
        var queries = new InvoiceQueries(database.Database, database.Clock);

        Assert.Equal([november.Number, october.Number], await ReadAsync(new InvoiceFilter()));
        Assert.Equal([october.Number, november.Number], await ReadAsync(new InvoiceFilter(), descending: false));
        Assert.Equal([october.Number, november.Number], await ReadAsync(new InvoiceFilter(), InvoiceSort.Number, descending: false));
        Assert.Equal([november.Number, october.Number], await ReadAsync(new InvoiceFilter(), InvoiceSort.DueDate));
        foreach (var sort in Enum.GetValues<InvoiceSort>())
        {
            Assert.Equal(2, (await ReadAsync(new InvoiceFilter(), sort)).Count());
        }

        Assert.Equal([november.Number], await ReadAsync(new InvoiceFilter(Text: $" {november.Number![^4..]} ")));
        Assert.Equal(2, (await ReadAsync(new InvoiceFilter(Text: "aCM"))).Count());
        Assert.Empty(await ReadAsync(new InvoiceFilter(Text: "%")));
        Assert.Empty(await ReadAsync(new InvoiceFilter(InvoiceShow.Drafts)));
        Assert.Equal(2, (await ReadAsync(new InvoiceFilter(InvoiceShow.Unpaid))).Count());

        database.Clock.SetUtcNow(november.DueOn!.Value.ToDateTime(new TimeOnly(12, 0), DateTimeKind.Utc));
        Assert.Equal([october.Number], await ReadAsync(new InvoiceFilter(InvoiceShow.Overdue)));
        Assert.Empty(await ReadAsync(new InvoiceFilter(), actor: stranger));
        Assert.Empty(await ReadAsync(new InvoiceFilter(CustomerId: fixture.Customer.Id), actor: stranger));

        async Task<IEnumerable<string?>> ReadAsync(
            InvoiceFilter filter,
            InvoiceSort sort = InvoiceSort.Month,
            bool descending = true,
            Actor? actor = null) =>
            (await queries.ReadPageAsync(actor ?? fixture.Owner, filter, sort, descending, 0, 10)).Rows.Select(r => r.Number);
    }
}
