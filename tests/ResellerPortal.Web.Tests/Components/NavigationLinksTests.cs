using Bunit;
using Microsoft.AspNetCore.Components;
using MudBlazor.Interfaces;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.Components.Layout;

namespace ResellerPortal.Web.Tests.Components;

public sealed class NavigationLinksTests : BunitContext
{
    private static readonly NavigationGroup[] Groups =
    [
        new("Home", "<path d=\"M0\" />", 'h', [new("view", "/reseller", "Home")]),
        new(
            "Billing",
            "<path d=\"M1\" />",
            'b',
            [new("view", "/reseller/invoices", "Invoices"), new("view", "/reseller/month-end", "Month end")]),
        new("Customers", "<path d=\"M2\" />", 'c', [new("view", "/reseller/customers", "Customers")]),
    ];

    [Theory]
    [InlineData("/reseller", "Home", "Home")]
    [InlineData("/reseller?days=7", "Home", "Home")]
    [InlineData("/reseller/customers", "Customers", "Customers")]
    [InlineData("/reseller/customers/0193/balance?page=2", "Customers", "Customers")]
    [InlineData("/reseller/month-end", "Billing", "Month end")]
    [InlineData("/reseller/invoices/0193", "Billing", "Invoices")]
    [InlineData("/reseller/month", null, null)]
    public void The_page_that_is_open_is_marked_also_after_a_navigation(string address, string? groupTitle, string? title)
    {
        var links = Render<NavigationLinks>(p => p.Add(l => l.Groups, Groups));
        Assert.Empty(links.FindAll("[aria-current]"));

        Services.GetRequiredService<NavigationManager>().NavigateTo(address);

        foreach (var shown in (IRenderedComponent<NavigationLinks>[])[links, Render<NavigationLinks>(p => p.Add(l => l.Groups, Groups))])
        {
            string[] page = title is null ? [] : [title];
            string[] open = groupTitle is null ? [] : [groupTitle];
            Assert.Equal(page, shown.FindAll("[aria-current=page]").Select(a => a.TextContent.Trim()));
            Assert.Equal(open, shown.FindAll(".open").Select(a => a.TextContent.Trim()));
        }
    }

    [Fact]
    public void Only_the_group_that_is_open_lists_its_pages()
    {
        var links = Render<NavigationLinks>(p => p.Add(l => l.Groups, Groups));
        Assert.Equal(["/reseller", "/reseller/invoices", "/reseller/customers"], links.FindAll("a").Select(a => a.GetAttribute("href")));
        Assert.Equal(3, links.FindAll("svg path").Count);

        Services.GetRequiredService<NavigationManager>().NavigateTo("/reseller/month-end");

        Assert.Equal(["Invoices", "Month end"], links.FindAll("ul[aria-label=Billing] a").Select(a => a.TextContent.Trim()));
    }

    [Fact]
    public void Every_group_of_an_account_has_a_letter_of_its_own()
    {
        foreach (var scope in (TenantScope[])
            [TenantScope.CrossTenants("operator member"), TenantScope.ForReseller(ResellerId.New())])
        {
            foreach (var area in Navigation.For(Actor.Portal("test", scope)).GroupBy(g => g.Pages[0].Address.Split('/')[1]))
            {
                Assert.Equal(area.Count(), area.Select(g => g.Key).Distinct().Count());
                Assert.Equal(area.Count(), area.Select(g => g.Title).Distinct().Count());
            }
        }
    }

    [Theory]
    [InlineData("/reseller", "")]
    [InlineData("/reseller/customers", "")]
    [InlineData("/reseller/customers/0193", "Customers")]
    [InlineData("/reseller/invoices", "Billing")]
    [InlineData("/reseller/invoices/0193", "Billing › Invoices")]
    [InlineData("/account", "")]
    public void The_way_from_the_menu_to_a_page_is_named(string path, string trail) =>
        Assert.Equal(trail, string.Join(" › ", Crumb.ForPage(path, []).Select(c => c.Title)));

    [Fact]
    public async Task The_drawer_hears_of_a_click_so_that_it_closes_on_small_screens()
    {
        var drawer = new CountingDrawer();
        var links = Render<NavigationLinks>(p => p.Add(l => l.Groups, Groups).AddCascadingValue<INavigationEventReceiver>(drawer));

        await links.FindAll("a")[1].ClickAsync();

        Assert.Equal(1, drawer.Navigations);
    }

    private sealed class CountingDrawer : INavigationEventReceiver
    {
        public int Navigations { get; private set; }

        public Task OnNavigation()
        {
            Navigations++;
            return Task.CompletedTask;
        }
    }
}
