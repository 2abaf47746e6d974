using ResellerPortal.EndToEnd.Tests.Pages;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>What an opened page costs the database and the wire, so that it does not grow unnoticed.</summary>
[Collection(EveryPage.Name)]
public sealed class PageBudgetTests(DemonstrationPortal portal, Browser browser)
{
    /// <summary>Kilobytes of HTTP for any page.</summary>
    private const int MostKilobytes = 100;

    /// <summary>For each page the most database commands and kilobytes of frames; background work may add a few.</summary>
    private static readonly Dictionary<string, (int Commands, int FrameKilobytes)> Budgets = new()
    {
        ["/operator"] = (40, 120),
        ["/operator/orders"] = (28, 65),
        ["/operator/plans"] = (27, 70),
        ["/operator/resellers"] = (31, 60),
        ["/operator/resellers/{Id:guid}"] = (29, 70),
        ["/operator/payments"] = (35, 90),
        ["/operator/health"] = (40, 120),
        ["/operator/reconciliation"] = (29, 50),
        ["/operator/converters"] = (28, 50),
        ["/operator/team"] = (30, 90),
        ["/operator/history"] = (32, 240),
        ["/reseller"] = (35, 175),
        ["/reseller/customers"] = (39, 145),
        ["/reseller/customers/{Id:guid}"] = (48, 180),
        ["/reseller/customers/{Id:guid}/tokens/{TokenId:guid}"] = (44, 190),
        ["/reseller/token-templates"] = (36, 100),
        ["/reseller/customers/{Id:guid}/tokens"] = (46, 160),
        ["/reseller/customers/{Id:guid}/pricing"] = (50, 180),
        ["/reseller/customers/{Id:guid}/usage"] = (48, 300),
        ["/reseller/customers/{Id:guid}/invoices"] = (38, 200),
        ["/reseller/customers/{Id:guid}/activity"] = (38, 280),
        ["/reseller/customers/{Id:guid}/balance"] = (42, 140),
        ["/reseller/customers/{Id:guid}/statement"] = (34, 90),
        ["/reseller/customers/{Id:guid}/people"] = (38, 95),
        ["/reseller/pricing"] = (46, 135),
        ["/reseller/currencies"] = (31, 80),
        ["/reseller/plans"] = (34, 105),
        ["/reseller/ledger"] = (44, 295),
        ["/reseller/import"] = (26, 75),
        ["/reseller/reconciliation"] = (30, 75),
        ["/reseller/month-end"] = (37, 120),
        ["/reseller/invoices"] = (33, 200),
        ["/reseller/invoices/{Id:guid}"] = (51, 95),
        ["/reseller/month-close"] = (43, 185),
        ["/reseller/vat-report"] = (33, 145),
        ["/reseller/year-archive"] = (28, 85),
        ["/reseller/bank"] = (33, 110),
        ["/reseller/payments"] = (28, 90),
        ["/reseller/gateway"] = (35, 95),
        ["/reseller/invoice-settings"] = (36, 230),
        ["/reseller/emails"] = (36, 165),
        ["/reseller/team"] = (38, 105),
        ["/reseller/history"] = (33, 275),
        ["/my"] = (50, 135),
        ["/my/tokens"] = (30, 65),
        ["/my/tokens/{TokenId:guid}"] = (38, 176),
        ["/my/quick-start"] = (28, 75),
        ["/my/ledger"] = (30, 145),
        ["/my/invoices"] = (34, 115),
        ["/my/invoices/{Id:guid}"] = (38, 110),
        ["/my/statement"] = (35, 65),
        ["/my/balance"] = (38, 55),
        ["/my/team"] = (34, 70),
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
            var cost = (Commands: int.MaxValue, Kilobytes: int.MaxValue, FrameKilobytes: int.MaxValue);

            // Background work counts as well, so the better of two times is what the page itself costs.
            for (var time = 0; time < 2; time++)
            {
                commands.Reset();
                traffic.Reset();
                await portal.ShowAsync(person, shown);
                cost = (
                    Math.Min(cost.Commands, commands.Count),
                    Math.Min(cost.Kilobytes, traffic.Kilobytes),
                    Math.Min(cost.FrameKilobytes, traffic.FrameKilobytes));
            }

            var budget = Budgets.GetValueOrDefault(shown.Route);
            if (cost.Commands > budget.Commands || cost.Kilobytes > MostKilobytes || cost.FrameKilobytes > budget.FrameKilobytes)
            {
                faults.Add($"{shown.Route}: {cost}, budget {budget}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
