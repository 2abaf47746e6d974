using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Invoicing;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;
using ResellerPortal.Web.Account;
using ResellerPortal.Web.Demo;

namespace ResellerPortal.EndToEnd.Tests.Pages;

/// <summary>One portal with the demonstration's data for all tests that open every page; they change nothing.</summary>
public sealed class DemonstrationPortal : IAsyncLifetime
{
    private const string TwoFactorEmail = "two-factor@demo.example";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    private PortalServer? _server;

    public PortalServer Server => _server!;

    public string Reseller { get; private set; } = "";

    public string Customer { get; private set; } = "";

    /// <summary>Of that customer.</summary>
    public string Token { get; private set; } = "";

    public string PrepaidCustomer { get; private set; } = "";

    public string UnpaidInvoice { get; private set; } = "";

    /// <summary>Of the customer whose admin signs in.</summary>
    public string CustomerInvoice { get; private set; } = "";

    public string PayKey { get; private set; } = "";

    /// <summary>The key of an open invitation, as the query of its page.</summary>
    public string Invitation { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _server = PortalServer.Start(Now, ("Demo:Seed", "true"));
        await using (var db = _server.Data.Database.Open(TenantScope.CrossTenants("test")))
        {
            Reseller = (await db.Resellers.SingleAsync(r => r.Slug == "northwind")).Id.ToString();
            var customer = (await db.Customers.SingleAsync(c => c.Email == DemoSeeder.CustomerEmail)).Id;
            Customer = customer.ToString();
            Token = (await db.ApiTokens.FirstAsync(t => t.CustomerId == customer && t.RevokedAtUtc == null)).Id.ToString();
            CustomerInvoice = (await db.Invoices.FirstAsync(i => i.CustomerId == customer && i.FinalisedAtUtc != null)).Id.ToString();
            PrepaidCustomer = (await db.Customers.FirstAsync(c => c.IsPrepaid)).Id.ToString();
            var unpaid = (await db.Invoices.Where(i => i.FinalisedAtUtc != null).ToListAsync()).First(i => i.Due.MinorUnits > 0);
            (UnpaidInvoice, PayKey) = (unpaid.Id.ToString(), $"{unpaid.PayKey:N}");
        }

        await using var scope = _server.Services.CreateAsyncScope();
        var invitation = await scope.ServiceProvider.GetRequiredService<Memberships>().AddOperatorAsync("newcomer@demo.example", null);
        var path = scope.ServiceProvider.GetRequiredService<InvitationLinks>().CreatePath(invitation!, provesAddress: true);
        Invitation = path[path.IndexOf('?', StringComparison.Ordinal)..];
        await _server.Data.AddOperatorAsync(TwoFactorEmail);
        var users = scope.ServiceProvider.GetRequiredService<PortalUserManager>();
        await users.SetTwoFactorEnabledAsync((await users.FindByEmailAsync(TwoFactorEmail))!, enabled: true);
    }

    public ValueTask DisposeAsync()
    {
        _server?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Opens a browser context in which axe-core and the checks are part of each page, signed in as the viewer.</summary>
    internal async Task<PortalPage> OpenAsync(Browser browser, Viewer viewer, int width = 1280)
    {
        var page = new PortalPage(await browser.NewPersonAsync(Server.Address, width));
        var checks = Path.Combine(RepositoryFolder.Find(), "tests", "ResellerPortal.EndToEnd.Tests", "PageChecks");
        await page.Page.Context.AddInitScriptAsync(scriptPath: Path.Combine(checks, "node_modules", "axe-core", "axe.min.js"));
        await page.Page.Context.AddInitScriptAsync(scriptPath: Path.Combine(checks, "page-checks.js"));
        await page.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce, ColorScheme = ColorScheme.Light });
        switch (viewer)
        {
            case Viewer.Operator:
                await page.SignInAsync(DemoSeeder.OperatorEmail, DemoSeeder.Password);
                break;
            case Viewer.Reseller:
                await page.SignInAsync(DemoSeeder.OwnerEmail, DemoSeeder.Password);
                break;
            case Viewer.Customer:
                await page.SignInAsync(DemoSeeder.CustomerEmail, DemoSeeder.Password);
                break;
        }

        return page;
    }

    /// <summary>Opens a page and waits until it has loaded.</summary>
    internal async Task ShowAsync(PortalPage page, PageCase shown)
    {
        if (shown.Route == "/account/two-factor")
        {
            await page.Page.GotoAsync("/account/sign-in");
            await page.FillAsync("Email address", TwoFactorEmail);
            await page.FillAsync("Password", TestData.Password);
            await page.PressAsync("Sign in");
            await page.Page.WaitForURLAsync("**/account/two-factor*");
        }
        else
        {
            await page.Page.GotoAsync(shown.GetAddress(this));
        }

        await SettleAsync(page.Page);
    }

    internal static Task SettleAsync(IPage page) => page.WaitForFunctionAsync("() => pageChecks.isSettled()");
}

[CollectionDefinition(Name)]
public sealed class EveryPage : ICollectionFixture<DemonstrationPortal>, ICollectionFixture<Browser>
{
    public const string Name = "Every page";
}
