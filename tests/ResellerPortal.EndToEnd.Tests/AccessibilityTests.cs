using System.Reflection;
using Microsoft.AspNetCore.Components;
using ResellerPortal.EndToEnd.Tests.Pages;
using ResellerPortal.Web.Components;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>
/// Every page with its menus and dialogs, light and dark, has no fault that axe-core finds, fits every window, has a title and one
/// heading, writes no error to the console, and keeps still for those who ask for less motion.
/// </summary>
[Collection(EveryPage.Name)]
public sealed class AccessibilityTests(DemonstrationPortal portal, Browser browser)
{
    [Theory]
    [InlineData(Viewer.Visitor)]
    [InlineData(Viewer.Operator)]
    [InlineData(Viewer.Reseller)]
    [InlineData(Viewer.Customer)]
    public async Task No_page_has_a_fault(Viewer viewer)
    {
        var page = await portal.OpenAsync(browser, viewer);

        var faults = await new PageWalk(portal, page).FindFaultsAsync(PageList.All.Where(p => p.Viewer == viewer));

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Every_page_is_looked_at() => Assert.Equal(
        typeof(App).Assembly
            .GetTypes()
            .SelectMany(t => t.GetCustomAttributes<RouteAttribute>())
            .Select(r => r.Template)
            .Order(StringComparer.Ordinal),
        PageList.All.Select(p => p.Route).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_dialog_is_looked_at() => Assert.Equal(
        typeof(App).Assembly
            .GetTypes()
            .Where(t => t.IsAssignableTo(typeof(IComponent)) && t.Name.EndsWith("Dialog", StringComparison.Ordinal))
            .Select(t => t.Name)
            .Where(name => name != nameof(FormDialog))
            .Order(StringComparer.Ordinal),
        PageList.All
            .SelectMany(p => p.Dialogs)
            .Select(d => d.Dialog)
            .Where(name => name.EndsWith("Dialog", StringComparison.Ordinal))
            .Concat(PageList.NeedOtherServices)
            .Distinct()
            .Order(StringComparer.Ordinal));
}
