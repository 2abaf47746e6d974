using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using ResellerPortal.Core.Accounts;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

public class MainJobTests(Browser browser) : IClassFixture<Browser>
{
    private const string OwnerEmail = "owner@northwind.example";
    private const string OperatorEmail = "operator@test.example";

    [Fact]
    public async Task Buy_issue_convert_mark_up_and_invoice()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        await server.Data.AddOperatorAsync(OperatorEmail);
        await server.Data.AddResellerAsync("northwind");
        var operatorPage = new PortalPage(await browser.NewPersonAsync(server.Address));
        var ownerPage = new PortalPage(await browser.NewPersonAsync(server.Address));

        await BuyAsync(operatorPage, ownerPage);
        var customerPage = new PortalPage(await browser.NewPersonAsync(server.Address, width: 390));
        var password = await JoinAsync(server, customerPage, await AddCustomerAsync(ownerPage));
        await SetMarkupAsync(ownerPage);
        var token = await IssueTokenAsync(ownerPage);
        await ConvertAsync(server, token, times: 3);
        await ownerPage.OpenAsync("/reseller/ledger", "Usage ledger");
        await ownerPage.SeesRowAsync("txt → pdf");
        await ownerPage.SeesAsync("1-3 of 3");

        server.Clock.MoveTo(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        await InvoiceAsync(ownerPage);

        await AsCustomerAsync(server, customerPage, password, token);
    }

    [Fact]
    public async Task Another_tenants_ids_show_nothing()
    {
        using var server = PortalServer.Start();
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.AddResellerAsync("fabrikam");
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var page = new PortalPage(await browser.NewPersonAsync(server.Address));
        await page.SignInAsync("owner@fabrikam.example", TestData.Password);

        await page.Page.GotoAsync($"/reseller/customers/{acme.Id}");
        await page.SeesAsync("No such customer");
        await page.Page.GotoAsync($"/reseller/invoices/{Guid.NewGuid()}");
        await page.SeesAsync("No such invoice");
        await page.Page.GotoAsync($"/reseller/ledger?customer={acme.Id}");
        await page.SeesAsync("No entries");
        await page.SignOutAsync();
    }

    private static async Task BuyAsync(PortalPage operatorPage, PortalPage ownerPage)
    {
        await operatorPage.SignInAsync(OperatorEmail, TestData.Password);
        await operatorPage.OpenAsync("/operator/plans", "Plan catalogue");
        await operatorPage.Page.GetByRole(AriaRole.Banner)
            .Or(operatorPage.Page.Locator(".rp-header"))
            .GetByRole(AriaRole.Button, new() { Name = "Add a plan" })
            .ClickAsync();
        await operatorPage.FillAsync("Name", "Business 12,000");
        await operatorPage.ConfirmAsync("Add plan");
        await operatorPage.SeesRowAsync("Business 12,000");

        await ownerPage.SignInAsync(OwnerEmail, TestData.Password);
        await ownerPage.OpenAsync("/reseller/plans", "Plans and credits");
        await ownerPage.PressInAsync(ownerPage.Row("Business 12,000"), "Order");
        await ownerPage.ConfirmAsync("Order plan");
        await ownerPage.SeesAsync("Online payment is not available.");
        await ownerPage.ConfirmAsync("Close");
        await ownerPage.SeesRowAsync("Awaiting payment");

        await operatorPage.OpenAsync("/operator/orders", "Plan orders");
        await operatorPage.PressInAsync(operatorPage.Row("northwind Ltd"), "Confirm payment");
        await operatorPage.TypeAsync("Amount received", "100");
        await operatorPage.ConfirmAsync("Confirm payment");
        await operatorPage.SeesRowAsync("100.00 EUR paid");
        await ownerPage.OpenAsync("/reseller/plans", "Plans and credits");
        await ownerPage.SeesRowAsync("80.00 EUR outstanding");
        await operatorPage.PressInAsync(operatorPage.Row("northwind Ltd"), "Confirm payment");
        await operatorPage.ConfirmAsync("Confirm payment");
        await operatorPage.SeesRowAsync("Confirmed");

        await ownerPage.OpenAsync("/reseller", "Home");
        await ownerPage.SeesRowAsync("Business 12,000");
    }

    private static async Task<string> AddCustomerAsync(PortalPage owner)
    {
        await owner.OpenAsync("/reseller/customers", "Customers");
        await owner.PressAsync("Add a customer");
        await owner.FillAsync("Name", "Acme Publishing");
        await owner.FillAsync("Email for sign-in and invoices", "admin@acme.example");
        await owner.FillAsync("Country", "DE");
        await owner.ConfirmAsync("Add customer");
        var invitation = await owner.TakeSecretAsync();
        await owner.OpenTabAsync("Tokens", "Tokens");
        await owner.SeesAsync("No tokens yet");
        return invitation;
    }

    private static async Task<string> JoinAsync(PortalServer server, PortalPage customer, string copied)
    {
        const string password = "blue garden chair piano";
        await customer.OpenAsync(copied, "Join Acme Publishing");
        await customer.SeesAsync("this portal has no mail server");

        // What the command invitation-link prints on the server.
        var invitation = Assert.Single(
            await server.Services.GetRequiredService<InvitationService>().ListOpenAsync("ADMIN@acme.example"));
        await customer.OpenAsync(
            server.Services.GetRequiredService<InvitationLinks>().CreatePath(invitation, provesAddress: true), "Join Acme Publishing");
        await customer.FillAsync("Password (at least 12 characters)", password);
        await customer.PressAsync("Create account and accept invitation");
        await customer.SeesAsync("No conversions yet");
        return password;
    }

    private static async Task SetMarkupAsync(PortalPage owner)
    {
        // A price below cost is allowed but shows a warning.
        await owner.OpenTabAsync("Pricing", "Pricing");
        await owner.FillAsync("Markup", "-10");
        await owner.SeesAsync("This sells below cost");
        await owner.FillAsync("Markup", "20");
        await Assertions.Expect(owner.Page.GetByText("This sells below cost")).ToBeHiddenAsync();
        await owner.PressAsync("Set price");
        await owner.SeesAsync("Current: cost + 20%");
    }

    private static async Task<string> IssueTokenAsync(PortalPage owner)
    {
        await owner.OpenTabAsync("Tokens", "Tokens");
        await owner.PressAsync("Issue token");
        await owner.FillAsync("Usage limit (conversions)", "0");
        await owner.ConfirmAsync("Issue token");
        await owner.SeesAsync("Enter a usage limit of 1");
        await owner.FillAsync("Usage limit (conversions)", "3");
        await owner.FillAsync("Expires (UTC)", "2026-12-31T23:59");
        await owner.ConfirmAsync("Issue token");
        var secret = await owner.TakeSecretAsync();
        await owner.SeesRowAsync("production");
        return secret;
    }

    private static async Task ConvertAsync(PortalServer server, string token, int times)
    {
        using var client = server.WithToken(token);
        for (var i = 0; i <= times; i++)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent("Hello from Acme"u8.ToArray()), "File", "hello.txt" } };
            using var answer = await client.PostAsync("/convert/txt/to/pdf", form);
            var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (i < times)
            {
                Assert.Contains(
                    "Hello from Acme",
                    PdfText.Read(json.GetProperty("Files")[0].GetProperty("FileData").GetBytesFromBase64()),
                    StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal((HttpStatusCode.Unauthorized, 4014), (answer.StatusCode, json.GetProperty("Code").GetInt32()));
            }
        }
    }

    private static async Task InvoiceAsync(PortalPage owner)
    {
        // The session has expired after some weeks.
        await owner.SignInAsync(OwnerEmail, TestData.Password);
        await owner.OpenAsync("/reseller/month-end", "Month end");
        await owner.PressAsync("Draft invoices");
        await owner.SeesAsync("October 2026: 1 drafted.");
        await owner.PressAsync("Finalise 1 invoice");
        await owner.ConfirmAsync("Finalise");
        await owner.SeesAsync("1 invoice is final.");
        await owner.Page.GetByRole(AriaRole.Link, new() { Name = "INV-2026-0001", Exact = true }).ClickAsync();
        var link = owner.Page.GetByRole(AriaRole.Link, new() { Name = "Open PDF" });
        await AssertInvoiceAsync(owner, (await link.GetAttributeAsync("href"))!);
    }

    private static async Task AssertInvoiceAsync(PortalPage person, string address)
    {
        var answer = await person.Page.Context.APIRequest.GetAsync(address);
        Assert.Equal("application/pdf", answer.Headers["content-type"]);
        var text = PdfText.Read(await answer.BodyAsync());

        // 3 conversions at 0.015 plus 20% are 0.054, rounded to 0.05; with 21% tax 0.06.
        Assert.Contains("INV-2026-0001", text, StringComparison.Ordinal);
        Assert.Contains("Acme Publishing", text, StringComparison.Ordinal);
        Assert.Contains("txt → pdf, production", text, StringComparison.Ordinal);
        Assert.Contains("0.018", text, StringComparison.Ordinal);
        Assert.Matches(@"Net total\s+0\.05", text);
        Assert.Matches(@"Total EUR\s+0\.06", text);
        Assert.Contains("ledger entries 1 to 3", text, StringComparison.Ordinal);
    }

    private static async Task AsCustomerAsync(PortalServer server, PortalPage customer, string password, string token)
    {
        await customer.SignInAsync("admin@acme.example", password);
        await customer.OpenAsync("/my", "Home");
        await customer.SeesAsync("3 last month");
        await customer.OpenAsync("/my/quick-start", "Quick start");
        await customer.SeesAsync($"{server.Address}convert/txt/to/pdf");
        await customer.OpenAsync("/my/invoices", "Invoices");
        await AssertInvoiceAsync(
            customer, (await customer.Page.GetByRole(AriaRole.Link, new() { Name = "Download PDF" }).GetAttributeAsync("href"))!);

        await customer.OpenAsync("/my/tokens", "API tokens");
        await customer.PressAsync("Issue token");
        await customer.FillAsync("Environment", "staging");
        await customer.ConfirmAsync("Issue token");
        await customer.TakeSecretAsync();
        await customer.PressInAsync(customer.Row("production"), "Revoke");
        await customer.ConfirmAsync("Revoke token");
        await customer.SeesAsync("was revoked");
        using var form = new MultipartFormDataContent { { new ByteArrayContent("x"u8.ToArray()), "File", "a.txt" } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.WithToken(token).PostAsync("/convert/txt/to/pdf", form)).StatusCode);
    }
}

/// <inheritdoc/>
[Trait(PortalServer.DatabaseTrait, PortalServer.OnPostgreSql)]
public sealed class MainJobOnPostgreSqlTests(Browser browser) : MainJobTests(browser);
