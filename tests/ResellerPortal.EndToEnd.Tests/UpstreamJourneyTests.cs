using System.Net;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Gateway.Upstream;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>How resellers and the operator manage ConvertAPI accounts.</summary>
public sealed class UpstreamJourneyTests(Browser browser) : IClassFixture<Browser>
{
    private const string OwnerEmail = "owner@northwind.example";
    private const string OperatorEmail = "operator@test.example";

    [Fact]
    public async Task A_token_at_convertapi_is_issued_used_and_revoked()
    {
        await using var upstream = await NativeUpstream.StartAsync();
        using var server = PortalServer.Start(settings: [.. upstream.Settings(), ("Gateway:StatisticsEvery", "00:00:00.5")]);
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);

        await owner.OpenAsync("/reseller/gateway", "Gateway");
        await owner.SeesAsync("Requires your own ConvertAPI account");
        await owner.TypeAsync("API secret", NativeUpstream.Secret);
        await owner.Page.GetByLabel("Offer tokens managed by ConvertAPI").CheckAsync();
        await owner.PressAsync("Save");
        await owner.SeesAsync("Conversions use your own account");

        await owner.OpenAsync($"/reseller/customers/{acme.Id}/tokens", "Tokens");
        await owner.PressAsync("Issue token");

        // On a busy machine a choice is lost if the dialog is rendered again while it is made.
        await Eventually.TrueAsync(
            async Task<bool> () =>
            {
                await owner.ChooseAsync("API endpoint", "ConvertAPI directly");
                return await owner.Page.GetByText("ConvertAPI enforces the limit").IsVisibleAsync();
            },
            "ConvertAPI keeps the token");
        await owner.FillAsync("Usage limit (conversions)", "500");
        await owner.ConfirmAsync("Issue token");
        var secret = await owner.TakeSecretAsync();
        await owner.SeesRowAsync("At ConvertAPI");
        Assert.Equal([secret], upstream.Tokens.Keys);

        upstream.Use(secret, new NativeConversion(server.Clock.GetUtcNow(), 7));
        await owner.SeesInTimeAsync("/reseller/ledger", "Usage ledger", owner.Row("docx → pdf"));
        await owner.OpenAsync("/reseller/gateway", "Gateway");
        await owner.SeesAsync("Statistics imported");

        upstream.Fails = HttpStatusCode.ServiceUnavailable;
        await owner.OpenAsync($"/reseller/customers/{acme.Id}/tokens", "Tokens");
        await owner.PressAsync("Revoke");
        await owner.ConfirmAsync("Revoke token");
        await owner.SeesAsync("Revocation pending");
        await owner.OpenAsync("/reseller/gateway", "Gateway");
        await owner.SeesInTimeAsync("/reseller/gateway", "Gateway", owner.Page.GetByText("Statistics unavailable"));
        upstream.Fails = null;
        await owner.SeesInTimeAsync(
            $"/reseller/customers/{acme.Id}/tokens",
            "Tokens",
            owner.Row("At ConvertAPI").Filter(new() { HasNotText = "Revocation pending" }).Filter(new() { HasText = "Revoked" }));
        Assert.Equal([secret], upstream.Deleted);
    }

    [Fact]
    public async Task A_difference_is_seen_by_the_operator_and_corrected_with_one_press()
    {
        await using var upstream = await StandInUpstream.StartAsync(async (stand, context) =>
        {
            context.Response.ContentType = "application/json";
            await stand.ReadAsync(context);

            // The cost of the conversion is not reported, and nothing was charged.
            await context.Response.WriteAsync(context.Request.Path.Value switch
            {
                "/user" => """{"ConversionsConsumed": 100}""",
                "/user/statistic" => "[]",
                _ => """{"Files": []}""",
            });
        });
        using var server = PortalServer.Start(settings: upstream.Settings());
        await server.Data.AddOperatorAsync(OperatorEmail);
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        using var client = server.WithToken(
            (await server.Data.IssueAsync(northwind, await server.Data.AddCustomerAsync(northwind, "Acme"))).Secret);
        var page = new PortalPage(await browser.NewPersonAsync(server.Address));
        await ReadAccountsADayLaterAsync(server);
        await page.SignInAsync(OperatorEmail, TestData.Password);
        await page.OpenAsync("/operator/reconciliation", "Reconciliation");
        await page.SeesRowAsync("First reading");

        using var form = new MultipartFormDataContent { { new StringContent("content"), "File", "letter.docx" } };
        (await client.PostAsync("/convert/docx/to/pdf", form)).EnsureSuccessStatusCode();
        await ReadAccountsADayLaterAsync(server);
        await page.SignInAsync(OperatorEmail, TestData.Password);
        await page.OpenAsync("/operator/reconciliation", "Reconciliation");
        await page.PressInAsync(page.Row("Mismatch"), "View entries");
        await page.SeesAsync("In the ledger but not charged: 1 conversion.");
        await page.SeesRowAsync("docx → pdf");
        await page.PressAsync("Correct these entries");

        await page.SeesAsync("Corrected: 1 entry.");
        await Assertions.Expect(page.Row("Mismatch")).ToHaveCountAsync(0);
    }

    private static Task ReadAccountsADayLaterAsync(PortalServer server)
    {
        server.Clock.MoveTo(server.Clock.GetUtcNow().AddHours(25));
        return server.Services.GetRequiredService<UpstreamReadingWorker>().RunAsync(default);
    }
}
