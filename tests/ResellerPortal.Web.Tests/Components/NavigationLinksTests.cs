using Bunit;
using Microsoft.AspNetCore.Components;
using MudBlazor.Interfaces;
using ResellerPortal.Web.Components;
using ResellerPortal.Web.Components.Layout;

namespace ResellerPortal.Web.Tests.Components;

public sealed class NavigationLinksTests : BunitContext
{
    private static readonly NavigationItem[] Items =
    [
        new("view", "/reseller", "Dashboard", "<path d=\"M0\" />"),
        new("view", "/reseller/month-end", "Month end", "<path d=\"M1\" />"),
        new("view", "/reseller/customers", "Customers", "<path d=\"M2\" />"),
    ];

    [Theory]
    [InlineData("/reseller", "Dashboard")]
    [InlineData("/reseller?days=7", "Dashboard")]
    [InlineData("/reseller/customers", "Customers")]
    [InlineData("/reseller/customers/0193/balance?page=2", "Customers")]
    [InlineData("/reseller/month-end", "Month end")]
    [InlineData("/reseller/month", null)]
    public void The_page_that_is_open_is_marked_also_after_a_navigation(string address, string? title)
    {
        var links = Render<NavigationLinks>(p => p.Add(l => l.Items, Items));
        Assert.Empty(links.FindAll(".active"));

        Services.GetRequiredService<NavigationManager>().NavigateTo(address);

        string[] expected = title is null ? [] : [title];
        Assert.Equal(expected, links.FindAll("a.active[aria-current=page]").Select(a => a.TextContent.Trim()));
        Assert.Equal(expected, Render<NavigationLinks>(p => p.Add(l => l.Items, Items)).FindAll("a.active").Select(
            a => a.TextContent.Trim()));
        Assert.Equal(Items.Select(i => i.Address), links.FindAll("a").Select(a => a.GetAttribute("href")));
        Assert.Equal(3, links.FindAll("svg path").Count);
    }

    [Fact]
    public async Task The_drawer_hears_of_a_click_so_that_it_closes_on_small_screens()
    {
        var drawer = new CountingDrawer();
        var links = Render<NavigationLinks>(p => p.Add(l => l.Items, Items).AddCascadingValue<INavigationEventReceiver>(drawer));

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
