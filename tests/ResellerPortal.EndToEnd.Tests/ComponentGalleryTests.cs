using System.Net;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;
using ResellerPortal.Testing;

namespace ResellerPortal.EndToEnd.Tests;

/// <summary>The gallery of shared components, for those who work on them, and the account's page: both fit a phone.</summary>
public sealed class ComponentGalleryTests(Browser browser) : IClassFixture<Browser>
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Every_component_shows_light_and_dark_without_an_error(int width)
    {
        using var server = PortalServer.Start();
        await server.Data.AddOperatorAsync("operator@test.example");
        var page = new PortalPage(await browser.NewPersonAsync(server.Address, width));
        var errors = new List<string>();
        page.Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };

        await page.SignInAsync("operator@test.example", TestData.Password);
        await page.OpenAsync("/dev/components", "Components");
        await page.SeesAsync("No October 2026 invoices yet");
        await page.PressAsync("Show dark");
        await Assertions.Expect(page.Page.Locator("html[data-theme=dark]")).ToHaveCountAsync(1);
        await page.PressAsync("Show light");
        await page.PressAsync("Secret");
        Assert.Equal("rpt_example", await page.TakeSecretAsync());
        await page.FitsAsync();
        await page.OpenAsync("/account", "Your account");
        await page.FitsAsync();

        Assert.Empty(errors);
    }

    [Fact]
    public async Task Outside_Development_there_is_none()
    {
        using var server = PortalServer.Start(
            null,
            ("environment", "Production"),
            ("DataProtection:AllowUnencryptedKeys", "true"),
            ("ConvertApi:BaseUrl", "https://upstream.example"),
            ("ConvertApi:Secret", "secret"));

        Assert.Equal(HttpStatusCode.NotFound, (await server.Anonymous().GetAsync("/dev/components")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Anonymous().GetAsync("/healthz")).StatusCode);
    }
}
