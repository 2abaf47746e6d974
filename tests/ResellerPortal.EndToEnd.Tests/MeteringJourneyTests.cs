using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

public sealed class MeteringJourneyTests(Browser browser) : IClassFixture<Browser>
{
    private const string OwnerEmail = "owner@northwind.example";
    private const string OperatorEmail = "operator@test.example";

    [Fact]
    public async Task Import_twice_then_correct_one_entry()
    {
        using var server = PortalServer.Start(new DateTimeOffset(2026, 10, 15, 9, 0, 0, TimeSpan.Zero));
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        await server.Data.IssueAsync(northwind, acme);
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);

        await ChooseFileAsync(owner);
        await owner.SeesAsync("Match token 'acme-live'");
        await owner.ChooseAsync("Match token 'acme-live'", "Acme");
        await owner.SeesRowAsync("is not a positive number of conversions");
        await owner.PressAsync("Import 42 conversions");
        await owner.SeesAsync("Nothing new to import");

        // The same file again, on a freshly loaded page.
        await ChooseFileAsync(owner);
        await owner.SeesAsync("Nothing new to import");

        await owner.OpenAsync("/reseller/ledger", "Usage ledger");
        await owner.SeesAsync("1-2 of 2");
        await owner.Row("docx → pdf").First.GetByRole(AriaRole.Button, new() { Name = "Correct" }).ClickAsync();
        await owner.FillAsync("Corrected quantity (conversions)", "25");
        await owner.ConfirmAsync("Save correction");
        await owner.SeesAsync("Enter a reason of up to 200 characters");
        await owner.FillAsync("Reason", "Counted twice by the upstream");
        await owner.ConfirmAsync("Save correction");
        await owner.SeesRowAsync("Counted twice by the upstream");
    }

    [Fact]
    public async Task The_operator_adds_a_reseller_and_sets_what_it_may_use()
    {
        using var server = PortalServer.Start();
        await server.Data.AddOperatorAsync(OperatorEmail);
        var page = new PortalPage(await browser.NewPersonAsync(server.Address));
        await page.SignInAsync(OperatorEmail, TestData.Password);

        await page.OpenAsync("/operator/resellers", "Resellers");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Add a reseller" }).First.ClickAsync();
        await page.FillAsync("Name", "Contoso Documents");
        await page.FillAsync("Short name (used in URLs and commands)", "Contoso!");
        await page.FillAsync("Owner email", "owner@contoso.example");
        await page.FillAsync("Time zone (IANA)", "Europe/Vilnius");
        await page.FillAsync("Street", "1 Main Street");
        await page.FillAsync("Postal code", "10115");
        await page.FillAsync("City", "Berlin");
        await page.FillAsync("Country", "DE");
        await page.ConfirmAsync("Add reseller");
        await page.SeesAsync("lower-case letters, digits and hyphens");
        await page.FillAsync("Short name (used in URLs and commands)", "contoso");
        await page.ConfirmAsync("Add reseller");
        await page.TakeSecretAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Contoso Documents" }).ClickAsync();
        await page.SeesAsync("No credit lots yet");
        await page.PressAsync("Set overage");
        await page.FillAsync("Overage limit (conversions)", "500");
        await page.FillAsync("Cost per conversion (EUR)", "0.02");
        await page.ConfirmAsync("Set overage");
        await page.SeesRowAsync("until changed");
        await page.PressInAsync(page.Row("until changed"), "Adjust");
        await page.FillAsync("Conversions to add", "-100");
        await page.FillAsync("Reason", "Agreed by phone");
        await page.ConfirmAsync("Adjust lot");
        await page.SeesRowAsync("Agreed by phone");

        await page.OpenAsync("/operator/converters", "Converters");
        await page.PressAsync("Add converter");
        await page.FillAsync("Converter", "pdf-to-docx");
        await page.FillAsync("Conversions per file", "4");
        await page.ConfirmAsync("Save");
        await page.SeesRowAsync("pdf → docx");
        await using var db = server.Data.Database.Open(TenantScope.CrossTenants("test"));
        db.WorstCosts.Add(new WorstCost
        {
            ResellerId = (await db.Resellers.SingleAsync()).Id,
            Converter = "pdf-to-docx",
            PerFile = 777,
            PerRequest = 777,
        });
        await db.SaveChangesAsync();
        await page.OpenAsync("/operator/converters", "Converters");
        await page.PressInAsync(page.Row("777"), "Reset highest");
        await page.ConfirmAsync("Reset highest cost");
        await Assertions.Expect(page.Row("777")).ToHaveCountAsync(0);
        await page.SeesRowAsync("pdf → docx");
    }

    [Fact]
    public async Task The_owner_brings_an_account_and_gives_a_customer_its_master_token()
    {
        using var server = PortalServer.Start(settings: [("ConvertApi:Regions:eu", "https://eu-v2.convertapi.com")]);
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.BuyAsync(northwind, 1000, 10m);
        var acme = await server.Data.AddCustomerAsync(northwind, "Acme");
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address));
        await owner.SignInAsync(OwnerEmail, TestData.Password);

        await owner.OpenAsync("/reseller/gateway", "Gateway");
        await owner.SeesAsync("Conversions use the operator's account");
        await owner.FillAsync("API secret", "short");
        await owner.PressAsync("Save");
        await owner.SeesAsync("8 to 200 characters");
        await owner.FillAsync("API secret", "a-secret-of-ours");
        await owner.ChooseAsync("Region", "eu");
        await owner.PressAsync("Save");
        await owner.SeesAsync("Conversions use your own account");
        await owner.OpenAsync("/reseller/history", "History");
        await owner.SeesRowAsync("its own account, new secret; region eu");

        await owner.OpenAsync($"/reseller/customers/{acme.Id}/tokens", "Tokens");
        await owner.PressAsync("Issue token");
        await owner.FillAsync("Environment", "account");
        await owner.PressAsync("More options");
        await owner.FillAsync("Allowed web origins", "https://app.acme.example/path");
        await owner.Page.GetByLabel("Master token: can also read the account and create tokens").CheckAsync();
        await owner.ConfirmAsync("Issue token");
        await owner.SeesAsync("without a path");
        await owner.FillAsync("Allowed web origins", "https://app.acme.example");
        await owner.ConfirmAsync("Issue token");
        var secret = await owner.TakeSecretAsync();
        await owner.SeesRowAsync("Master");
        Assert.Contains("\"FullName\":\"Acme\"", await server.WithToken(secret).GetStringAsync("/user"), StringComparison.Ordinal);
    }

    private static async Task ChooseFileAsync(PortalPage owner)
    {
        await owner.OpenAsync("/reseller/import", "Import usage");
        await owner.AttachAsync("Statistics file", new FilePayload
        {
            Name = "statistics.csv",
            MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes(
                "Token,Date,Converter,Conversions\nacme-live,2026-10-01,docx-to-pdf,30\nacme-live,2026-10-02,pdf-to-jpg,12\n"
                    + "acme-live,2026-10-03,pdf-to-jpg,many\n"),
        });
        await owner.SeesAsync("3. Review");
    }
}
