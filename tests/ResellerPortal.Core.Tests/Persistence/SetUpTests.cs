using Microsoft.EntityFrameworkCore;
using ResellerPortal.Core.Persistence;
using ResellerPortal.Core.Tests.Metering;

namespace ResellerPortal.Core.Tests.Persistence;

/// <summary>Nodes that migrate when they start may start in the same second.</summary>
public sealed class SetUpTests(PostgreSqlFixture postgres) : IClassFixture<PostgreSqlFixture>
{
    private const int Nodes = 6;

    [Fact]
    public async Task Nodes_that_set_up_a_new_database_at_once_take_turns() => await MigrateAtOnceAsync($"portal_{Guid.NewGuid():N}");

    [Fact]
    public async Task Nodes_that_set_up_a_migrated_database_at_once_take_turns()
    {
        await using var database = await postgres.OpenAsync();
        await using var owner = database.OpenAsOwner();
        for (var round = 0; round < 5; round++)
        {
            await MigrateAtOnceAsync(owner.Database.GetDbConnection().Database);
        }
    }

    private async Task MigrateAtOnceAsync(string database)
    {
        var portal = new PortalDatabase(PostgreSqlFixture.Dialect, postgres.Server.Connection(database));
        var together = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var nodes = Enumerable.Range(0, Nodes).Select(async _ =>
        {
            await together.Task;
            await portal.MigrateAsync(postgres.Server.OwnerConnection(database));
        }).ToList();
        together.SetResult();
        await Task.WhenAll(nodes);
    }
}
