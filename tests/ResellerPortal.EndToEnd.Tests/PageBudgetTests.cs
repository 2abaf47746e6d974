using ResellerPortal.EndToEnd.Tests.Pages;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>What an opened page costs the database and the wire, so that it does not grow unnoticed.</summary>
[Collection(EveryPage.Name)]
public sealed class PageBudgetTests(DemonstrationPortal portal, Browser browser)
{
    /// <summary>Kilobytes of HTTP for any page.</summary>
    private const int MostKilobytes = 100;

    /// <summary>For each page the most database commands and kilobytes of frames: what it took when it was written, and 40 %.</summary>
    private static readonly Dictionary<string, (int Commands, int FrameKilobytes)> Budgets = new()
    {
        ["/operator"] = (56, 170),
        ["/operator/orders"] = (40, 95),
        ["/operator/plans"] = (38, 100),
        ["/operator/resellers"] = (44, 85),
        ["/operator/resellers/{Id:guid}"] = (41, 100),
        ["/operator/payments"] = (49, 130),
        ["/operator/health"] = (56, 170),
        ["/operator/reconciliation"] = (41, 70),
        ["/operator/converters"] = (40, 70),
        ["/operator/team"] = (42, 130),
        ["/operator/history"] = (45, 340),
        ["/reseller"] = (49, 245),
        ["/reseller/customers"] = (55, 205),
        ["/reseller/customers/{Id:guid}"] = (68, 255),
        ["/reseller/customers/{Id:guid}/tokens/{TokenId:guid}"] = (62, 270),
        ["/reseller/token-templates"] = (51, 140),
        ["/reseller/customers/{Id:guid}/tokens"] = (65, 225),
        ["/reseller/customers/{Id:guid}/pricing"] = (70, 255),
        ["/reseller/customers/{Id:guid}/usage"] = (68, 420),
        ["/reseller/customers/{Id:guid}/invoices"] = (54, 280),
        ["/reseller/customers/{Id:guid}/activity"] = (54, 395),
        ["/reseller/customers/{Id:guid}/balance"] = (59, 200),
        ["/reseller/customers/{Id:guid}/statement"] = (48, 130),
        ["/reseller/customers/{Id:guid}/people"] = (54, 135),
        ["/reseller/pricing"] = (65, 190),
        ["/reseller/currencies"] = (44, 115),
        ["/reseller/plans"] = (48, 150),
        ["/reseller/ledger"] = (62, 415),
        ["/reseller/import"] = (37, 105),
        ["/reseller/reconciliation"] = (42, 105),
        ["/reseller/month-end"] = (52, 170),
        ["/reseller/invoices"] = (47, 280),
        ["/reseller/invoices/{Id:guid}"] = (72, 135),
        ["/reseller/month-close"] = (61, 260),
        ["/reseller/vat-report"] = (47, 205),
        ["/reseller/year-archive"] = (40, 120),
        ["/reseller/bank"] = (47, 155),
        ["/reseller/payments"] = (40, 130),
        ["/reseller/gateway"] = (49, 135),
        ["/reseller/invoice-settings"] = (51, 325),
        ["/reseller/emails"] = (51, 235),
        ["/reseller/team"] = (54, 150),
        ["/reseller/history"] = (47, 385),
        ["/my"] = (70, 190),
        ["/my/tokens"] = (42, 95),
        ["/my/tokens/{TokenId:guid}"] = (54, 250),
        ["/my/quick-start"] = (40, 105),
        ["/my/ledger"] = (42, 205),
        ["/my/invoices"] = (48, 165),
        ["/my/invoices/{Id:guid}"] = (54, 155),
        ["/my/statement"] = (49, 95),
        ["/my/balance"] = (54, 80),
        ["/my/team"] = (48, 100),
    };

    [Theory]
    [InlineData(Viewer.Operator)]
    [InlineData(Viewer.Reseller)]
    [InlineData(Viewer.Customer)]
    public async Task Every_page_keeps_to_its_budget(Viewer viewer)
    {
        var person = await portal.OpenAsync(browser, viewer);
        await using var traffic = await PageTraffic.StartAsync(person.Page);
        using var commands = new CommandCounter(portal.Server.Storage.Item2);
        var faults = new List<string>();
        foreach (var shown in PageList.All.Where(p => p.Viewer == viewer && p.Route.Split('/')[1] is "operator" or "reseller" or "my"))
        {
            var budget = Budgets.GetValueOrDefault(shown.Route);
            var cost = (Commands: int.MaxValue, Kilobytes: int.MaxValue, FrameKilobytes: int.MaxValue);

            // Background work counts as well, so what the page itself costs is the least of some times.
            for (var time = 0; time < 4 && IsOver(cost, budget); time++)
            {
                commands.Reset();
                traffic.Reset();
                await portal.ShowAsync(person, shown);
                cost = (
                    Math.Min(cost.Commands, commands.Count),
                    Math.Min(cost.Kilobytes, traffic.Kilobytes),
                    Math.Min(cost.FrameKilobytes, traffic.FrameKilobytes));
            }

            if (IsOver(cost, budget))
            {
                faults.Add($"{shown.Route}: {cost}, budget {budget}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static bool IsOver(
        (int Commands, int Kilobytes, int FrameKilobytes) cost,
        (int Commands, int FrameKilobytes) budget) =>
        cost.Commands > budget.Commands || cost.Kilobytes > MostKilobytes || cost.FrameKilobytes > budget.FrameKilobytes;
}
