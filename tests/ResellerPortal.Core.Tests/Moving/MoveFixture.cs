using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Moving;
using ResellerPortal.Core.Persistence.Copying;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Storage.PostgreSql;
using ResellerPortal.Storage.Sqlite;
using ResellerPortal.Storage.SqlServer;
using ResellerPortal.Testing;

namespace ResellerPortal.Core.Tests.Moving;

/// <summary>A source with one reseller whose customer converts, and what moves it to a target.</summary>
internal sealed class MoveFixture
{
    public const string Slug = "northwind";

    private MoveFixture(TestDatabase source, Reseller reseller, Actor owner, Customer customer, IssuedToken token) =>
        (Source, Reseller, Owner, Customer, Token) = (source, reseller, owner, customer, token);

    public TestDatabase Source { get; }

    public Reseller Reseller { get; }

    public Actor Owner { get; }

    public Customer Customer { get; }

    public IssuedToken Token { get; }

    /// <param name="entries">The number of ledger entries that exist already.</param>
    public static async Task<MoveFixture> CreateAsync(TestDatabase source, int entries = 0)
    {
        var (reseller, owner) = await source.Data.AddResellerAsync(Slug);
        await source.Data.BuyAsync(owner, 1_000_000, 9_000m);
        var customer = await source.Data.AddCustomerAsync(owner, "Fabrikam");
        var token = await source.Data.IssueAsync(owner, customer);
        var now = source.Clock.GetUtcNow();
        await source.Data.Recorder.RecordAsync(
            owner.Scope, [.. Enumerable.Range(0, entries).Select(i => TestData.Fact(token, now.AddSeconds(-i)))]);
        return new MoveFixture(source, reseller, owner, customer, token);
    }

    public static MoveEndpoint CreateEndpoint(TestDatabase database, IDataProtectionProvider? protection = null)
    {
        using var runtime = database.Database.Open(TenantScope.None);
        using var owner = database.OpenAsOwner();
        return new MoveEndpoint(
            database.Database,
            CreateDialect(database.Database.Dialect.Name),
            runtime.Database.GetConnectionString()!,
            owner.Database.GetConnectionString()!,
            protection ?? database.Protection);
    }

    /// <summary>Connects to a database as a copy does.</summary>
    public static Task<CopyConnection> ConnectAsync(TestDatabase database) =>
        CreateEndpoint(database).ConnectAsync(CopyScope.Installation, isTarget: true, isAlone: false, default);

    public DatabaseMove MoveTo(
        TestDatabase target,
        IProgress<CopyProgress>? progress = null,
        IDataProtectionProvider? targetProtection = null) =>
        new(CreateEndpoint(Source), CreateEndpoint(target, targetProtection), Source.Clock, progress)
        {
            LongestDrain = TimeSpan.Zero,
        };

    /// <summary>Moves the installation with its keys.</summary>
    public DatabaseMove MoveWithKeysTo(TestDatabase target, IProgress<CopyProgress>? progress = null) =>
        MoveTo(target, progress, Source.Protection);

    private static CopyDialect CreateDialect(string provider) => provider switch
    {
        "Sqlite" => new SqliteCopyDialect(),
        "SqlServer" => new SqlServerCopyDialect(),
        _ => new PostgreSqlCopyDialect(),
    };
}

/// <summary>Ends a copy at a report, as a kill would between two transactions.</summary>
internal sealed class KillingProgress(Func<CopyProgress, bool> isTime) : IProgress<CopyProgress>
{
    public bool HasKilled { get; private set; }

    public void Report(CopyProgress value)
    {
        if (isTime(value))
        {
            HasKilled = true;
            throw new OperationCanceledException("Killed.");
        }
    }
}
