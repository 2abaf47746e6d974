using System.Text.RegularExpressions;
using ResellerPortal.EndToEnd.Tests.Pages;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>Draws every page for people to look at; run by tests/screenshots only.</summary>
[Collection(EveryPage.Name)]
public sealed partial class ScreenshotTests(DemonstrationPortal portal, Browser browser)
{
    [Theory(Explicit = true)]
    [InlineData(Viewer.Visitor)]
    [InlineData(Viewer.Operator)]
    [InlineData(Viewer.Reseller)]
    [InlineData(Viewer.Customer)]
    public async Task Every_page_is_drawn(Viewer viewer)
    {
        var folder = Environment.GetEnvironmentVariable("PORTAL_SCREENSHOTS")
            ?? throw new InvalidOperationException("PORTAL_SCREENSHOTS names no folder.");
        var person = await portal.OpenAsync(browser, viewer);
        foreach (var shown in PageList.All.Where(p => p.Viewer == viewer))
        {
            await person.Page.SetViewportSizeAsync(1280, 900);
            await portal.ShowAsync(person, shown);
            foreach (var theme in (string[])["light", "dark"])
            {
                foreach (var width in (int[])[1280, 390])
                {
                    await person.Page.SetViewportSizeAsync(width, 900);
                    await DemonstrationPortal.SettleAsync(person.Page);
                    var file = $"{Separator().Replace(shown.Name, "-").Trim('-')}-{width}-{theme}.png";
                    await person.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, file), FullPage = true });
                }

                await person.Page.EvaluateAsync("() => pageChecks.switchTheme()");
                await DemonstrationPortal.SettleAsync(person.Page);
            }
        }
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex Separator();
}
