using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Monetary;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Many rows are read and written as EF would, one by one.</summary>
public sealed class RowBatchTests(DatabaseServers databases) : IClassFixture<DatabaseServers>
{
    private static readonly string[] Changed = [nameof(UsageRollup.Quantity), nameof(UsageRollup.CostMicros)];

    [Theory]
    [EachProvider]
    public async Task Every_value_is_stored_as_it_is_however_many_rows_share_a_statement(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        await using var db = database.OpenAll();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var (reseller, customer) = (ResellerId.New(), CustomerId.New());
        string?[] references = [null, "", "it's \"quoted\", {braced}, \\ and , NULL", "\ud83d\udcc4 ąčę", " padded "];
        LedgerEntry[] entries = [
            .. references.Select((reference, i) => new LedgerEntry
            {
                ResellerId = reseller,
                CustomerId = customer,
                Sequence = i + 1,
                Kind = i % 2 == 0 ? EntryKind.Usage : EntryKind.Correction,
                OccurredAtUtc = database.Clock.GetUtcNow().AddMicroseconds(i * 1_234_567),
                RecordedAtUtc = database.Clock.GetUtcNow(),
                TokenId = Guid.NewGuid(),
                Environment = "production",
                Converter = "docx-to-pdf",
                Quantity = i == 3 ? long.MinValue : i - 1,
                Source = UsageSource.Gateway,
                RequestId = Guid.NewGuid(),
                Reference = reference,
                Flags = EntryFlags.Overrun,
                CorrectsSequence = i % 2 == 0 ? null : i,
                CostCommitment = [0, 255, (byte)i],
                PreviousHash = [],
                Hash = [1],
            }),
        ];

        var batch = new RowBatch(database.Database, db);
        batch.Insert(entries);
        var read = new List<LedgerEntry>();
        batch.Read<LedgerEntry>(
            [nameof(LedgerEntry.RequestId)], entries.Select(e => (object?[])[e.RequestId]), isLocking: false, null, read.Add);
        await batch.RunAsync();

        var stored = await db.LedgerEntries.AsNoTracking().Where(e => e.CustomerId == customer).OrderBy(e => e.Sequence).ToListAsync();
        Assert.Equivalent(entries, stored, strict: true);
        Assert.Equivalent(entries, read.OrderBy(e => e.Sequence), strict: true);
    }

    [Theory]
    [EachProvider]
    public async Task Rows_are_merged_changed_and_deleted_by_all_of_their_keys_and_no_others(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        await using var db = database.OpenAll();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var (reseller, customer, token) = (ResellerId.New(), CustomerId.New(), Guid.NewGuid());
        UsageRollup[] days = [.. Enumerable.Range(0, 4).Select(day => Create(day, 10))];
        string[] sums = [nameof(UsageRollup.Entries), nameof(UsageRollup.Quantity), nameof(UsageRollup.CostMicros)];

        var batch = new RowBatch(database.Database, db);
        batch.Merge(days[..3], sums, []);
        batch.Merge([Create(1, 5), days[3]], sums, []);
        (days[2].Quantity, days[2].CostMicros) = (-7, -8);
        batch.Update([days[2]], Changed);
        batch.Delete([days[0]]);
        await batch.RunAsync();

        var stored = await db.UsageRollups.AsNoTracking().Where(r => r.CustomerId == customer).OrderBy(r => r.Day).ToListAsync();
        Assert.Equal(
            [(1, 2L, 15L, 15L), (2, 1L, -7L, -8L), (3, 1L, 10L, 10L)],
            stored.Select(r => (r.Day.Day - 1, r.Entries, r.Quantity, r.CostMicros)));

        UsageRollup Create(int day, long quantity) => new()
        {
            ResellerId = reseller,
            CustomerId = customer,
            Day = new DateOnly(2026, 10, 1).AddDays(day),
            TokenId = token,
            Environment = "production",
            Converter = "docx-to-pdf",
            UnitCostMicros = 1,
            Currency = Currency.FromCode("EUR"),
            Entries = 1,
            Quantity = quantity,
            CostMicros = quantity,
        };
    }

    [Theory]
    [EachProvider]
    public async Task No_row_of_another_tenant_is_written_or_read(string provider)
    {
        await using var database = await databases.OpenAsync(provider);
        var (_, owner) = await database.Data.AddResellerAsync("northwind");
        var (_, rival) = await database.Data.AddResellerAsync("rival");
        var customer = await database.Data.AddCustomerAsync(rival, "Globex");
        await using var db = database.Database.Open(owner.Scope);
        await using var transaction = await db.Database.BeginTransactionAsync();
        var batch = new RowBatch(database.Database, db);

        var found = new List<Customer>();
        batch.Read<Customer>([new RowKey(customer.ResellerId, customer.Id.Value)], isLocking: false, found.Add);
        if (provider == "Sqlite")
        {
            // Without row security, what was read is checked.
            await Assert.ThrowsAsync<TenantViolationException>(() => batch.RunAsync());
        }
        else
        {
            await batch.RunAsync();
        }

        Assert.Empty(found);
    }
}
