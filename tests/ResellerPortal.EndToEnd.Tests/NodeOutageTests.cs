using System.Globalization;
using ResellerPortal.EndToEnd.Tests.Nodes;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Several nodes on one PostgreSQL server, while nodes, the server and the networks between them fail.</summary>
public sealed class NodeOutageTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>The node whose page is open, which is not killed.</summary>
    private const int PageNode = 2;

    /// <summary>Every so many kills the server is restarted instead of a node.</summary>
    private const int ServerEvery = 5;

    /// <summary>The nightly run uses more; see tests/nightly.</summary>
    private static readonly int Kills = ReadCount("PORTAL_NODE_KILLS", 3);

    private static readonly int Cuts = ReadCount("PORTAL_NETWORK_CUTS", 0);

    [Fact]
    public async Task Nodes_that_are_killed_and_a_server_that_restarts_lose_no_conversion_and_count_none_twice()
    {
        await using var upstream = await ChargingUpstream.StartAsync();
        SharedAccounts? accounts = null;
        await using var cluster = await PortalCluster.StartAsync(
            [.. upstream.Settings(), ("Gateway:JobPolling", "00:00:01")],
            async database => accounts = await SharedAccounts.CreateAsync(database, scale: 1 + (Kills / 10)));
        try
        {
            await RunAsync(cluster, upstream, accounts!);
        }
        catch
        {
            TestContext.Current.SendDiagnosticMessage("{0}", cluster.Log);
            throw;
        }
    }

    private async Task RunAsync(PortalCluster cluster, ChargingUpstream upstream, SharedAccounts accounts)
    {
        var page = await OpenPage.StartAsync(browser, cluster.Addresses[PageNode], SharedAccounts.OwnerEmail, TestData.Password);
        using var load = GatewayLoad.Start(() => cluster.Addresses, accounts.Tokens);
        await WaitForNodesAsync(load);

        var invoicing = Task.WhenAll(InvoiceAsync(cluster, accounts), InvoiceAsync(cluster, accounts));
        for (var kill = 1; kill <= Kills; kill++)
        {
            await load.WaitForAnswersAsync(PageNode, Random.Shared.Next(20));
            if (kill % ServerEvery == 2)
            {
                cluster.RestartServer();
            }
            else
            {
                await cluster.KillAsync(kill % 2);
                await load.WaitForAnswersAsync(PageNode, 5);
                await cluster.StartNodeAsync(kill % 2);
            }

            await WaitForNodesAsync(load);
            if (kill * Cuts / Kills is var cut && cut > (kill - 1) * Cuts / Kills)
            {
                await CutAsync(cluster, load, cut % PortalCluster.NodeCount, isSilent: cut % 2 == 0);
            }

            await page.WaitForViewsAsync();
            TestContext.Current.SendDiagnosticMessage("After {0} kills and {1} cuts:\n{2}", kill, kill * Cuts / Kills, load);
        }

        await invoicing;
        await load.WaitForLimitsAsync(accounts.Tokens);
        await load.StopAsync();
        await page.WaitForViewsAsync();
        await page.StopAsync();

        var comparison = new LedgerComparison(cluster.Database, upstream, accounts, load.Attempts);
        await comparison.WaitForJobsAsync();
        await comparison.SweepAsync();
        await comparison.AssertEntriesAsync();
        await comparison.AssertCountersAsync();
        await comparison.AssertInvoicesAsync();
        var (code, output) = await cluster.RunAsync("verify-ledger");
        Assert.True(code == 0, output);
    }

    /// <summary>Cuts one node off from the server, while the others go on, and heals its network.</summary>
    private static async Task CutAsync(PortalCluster cluster, GatewayLoad load, int node, bool isSilent)
    {
        var network = cluster.GetNetwork(node);
        if (isSilent)
        {
            network.Silence();
        }
        else
        {
            network.Reset();
        }

        await load.WaitForAnswersAsync((node + 1) % PortalCluster.NodeCount, 20);
        network.Heal();
        await WaitForNodesAsync(load);
    }

    private static Task WaitForNodesAsync(GatewayLoad load) =>
        Task.WhenAll(Enumerable.Range(0, PortalCluster.NodeCount).Select(node => load.WaitForAnswersAsync(node, 5)));

    /// <summary>Runs the month's invoices, and again as long as a run is broken off or another one replaces its drafts.</summary>
    private static Task InvoiceAsync(PortalCluster cluster, SharedAccounts accounts) => Eventually.TrueAsync(
        async Task<bool> () => (await cluster.RunAsync("invoice-run", "--month", accounts.Month.ToString())).Code == 0,
        "the month is invoiced");

    private static int ReadCount(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var count) ? count : usual;
}
