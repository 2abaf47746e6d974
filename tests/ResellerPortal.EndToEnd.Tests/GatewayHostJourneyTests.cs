using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>How a reseller sets a host name of its own, and what its customers see of it.</summary>
public sealed class GatewayHostJourneyTests(Browser browser) : IClassFixture<Browser>
{
    private const string Name = "api.northwind.example";

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task A_host_is_added_verified_used_and_removed(int width)
    {
        await using var dns = new StandInDns();
        using var server = PortalServer.Start(settings: [
            ("Portal:PublicUrl", "http://portal.example"),
            ("AllowedHosts", "*"),
            ("Gateway:DnsServer", dns.Address),
        ]);
        var (_, northwind) = await server.Data.AddResellerAsync("northwind");
        await server.Data.AddCustomerAsync(northwind, "Acme");
        var owner = new PortalPage(await browser.NewPersonAsync(server.Address, width));
        await owner.SignInAsync("owner@northwind.example", TestData.Password);
        await owner.OpenAsync("/reseller/gateway", "Gateway");
        await owner.TypeAsync("Host name", "https://api.northwind.example/v2");
        await owner.PressAsync("Add host name");
        await owner.SeesAsync("without https://");
        await owner.TypeAsync("Host name", Name);
        await owner.PressAsync("Add host name");
        await owner.SeesAsync("Pending verification");
        var text = owner.Page.GetByTestId("dns-TXT");
        var value = await text.Locator("code").Nth(1).InnerTextAsync();
        Assert.Equal($"_reseller-portal.{Name}", await text.Locator("code").First.InnerTextAsync());
        await Assertions.Expect(owner.Page.GetByTestId("dns-CNAME").Locator("code").Nth(1)).ToHaveTextAsync("portal.example");
        await owner.PressAsync("Check now");
        await Assertions.Expect(text.GetByText("Not found")).ToBeVisibleAsync();
        await owner.FitsAsync();

        dns.SetText($"_reseller-portal.{Name}", value);
        dns.SetAlias(Name, "portal.example");
        dns.SetAddresses("portal.example", "192.0.2.10");
        await owner.PressAsync("Check now");
        await Assertions.Expect(owner.Page.GetByTestId("gateway-base-url")).ToHaveTextAsync($"https://{Name}");
        await Assertions.Expect(owner.Page.GetByText("Verified", new() { Exact = true })).ToBeVisibleAsync();
        await owner.FitsAsync();

        var customer = new PortalPage(await browser.NewPersonAsync(server.Address, width));
        await customer.SignInAsync("admin@acme.example", TestData.Password);
        foreach (var (path, title) in new[] { ("/my/quick-start", "Quick start"), ("/my/tokens", "API tokens") })
        {
            await customer.OpenAsync(path, title);
            await Assertions.Expect(customer.Page.GetByTestId("base-address")).ToHaveTextAsync($"https://{Name}");
            await customer.FitsAsync();
        }

        dns.Remove(Name);
        await owner.PressAsync("Check now");
        await owner.SeesAsync("Action required");
        await owner.SeesAsync("The DNS records have changed");
        await owner.PressAsync("Remove");
        await owner.ConfirmAsync("Remove host name");
        await Assertions.Expect(owner.Page.GetByRole(AriaRole.Button, new() { Name = "Add host name" })).ToBeVisibleAsync();
        await customer.OpenAsync("/my/quick-start", "Quick start");
        await Assertions.Expect(customer.Page.GetByTestId("base-address")).ToHaveTextAsync("http://portal.example");
    }
}
