using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ResellerPortal.EndToEnd.Tests.PageObjects;

namespace ResellerPortal.EndToEnd.Tests.Pages;

/// <summary>Opens a viewer's pages with their menus and dialogs, light and dark and in every width, and collects what is wrong.</summary>
internal sealed partial class PageWalk(DemonstrationPortal portal, PortalPage person)
{
    private const int Phone = 390;
    private const int Desk = 1280;
    private const string OpenList = ".mud-popover-open, :popover-open";

    /// <summary>The page below is covered, and has been looked at.</summary>
    private const string ListAndOpener = ".mud-popover-open; :popover-open; [aria-expanded=true]";

    /// <summary>Milliseconds for a list or a dialog to open or close.</summary>
    private const float Patience = 30_000;

    private static readonly int[] Widths = [Phone, 768, Desk, 1920];

    private readonly List<string> _errors = [];
    private readonly HashSet<string> _findings = [];
    private bool _hasOpenedAccountMenu;

    private IPage Page => person.Page;

    /// <returns>What is wrong, each finding once.</returns>
    public async Task<IReadOnlyCollection<string>> FindFaultsAsync(IEnumerable<PageCase> cases)
    {
        Page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Add(message.Text);
            }
        };
        foreach (var shown in cases)
        {
            await portal.ShowAsync(person, shown);
            await CheckPageAsync(shown);
            await TryAsync(shown, shown.Name, () => CheckMenusAsync(shown));
            foreach (var (button, dialog) in shown.Dialogs)
            {
                await TryAsync(shown, $"{shown.Name}, {dialog}", () => CheckDialogAsync($"{shown.Name}, {dialog}", button));
            }

            _findings.UnionWith(_errors.Select(e => $"{shown.Name}: {e}"));
            _errors.Clear();
        }

        return _findings;
    }

    /// <summary>What cannot be opened or closed is a finding as well, and does not hide the others.</summary>
    private async Task TryAsync(PageCase shown, string name, Func<Task> check)
    {
        try
        {
            await check();
        }
        catch (Exception failure) when (failure is PlaywrightException or TimeoutException)
        {
            _findings.Add($"{name}: {failure.Message.ReplaceLineEndings(" ")}");
            await portal.ShowAsync(person, shown);
        }
    }

    private async Task CheckPageAsync(PageCase shown)
    {
        if (await Page.Locator("h1").CountAsync() is not 1 and var count)
        {
            _findings.Add($"{shown.Name} has {count} headings of level 1");
        }

        if (string.IsNullOrWhiteSpace(await Page.TitleAsync()))
        {
            _findings.Add($"{shown.Name} has no title");
        }

        foreach (var motion in await Page.EvaluateAsync<string[]>("() => pageChecks.describeMotion()"))
        {
            _findings.Add($"{shown.Name} moves although motion is reduced: {motion}");
        }

        await AnalyseAsync(shown.Name, null);
        foreach (var width in Widths)
        {
            await ResizeAsync(width);
            if (await Page.EvaluateAsync<bool>("() => pageChecks.isWiderThanWindow()"))
            {
                _findings.Add($"{shown.Name} is wider than its window of {width}");
            }
        }

        await ResizeAsync(Desk);
    }

    /// <summary>Opens the account's menu once, each menu of the page and one of its lists of choices, which are all alike.</summary>
    private async Task CheckMenusAsync(PageCase shown)
    {
        var menus = (await Page.Locator("main [popovertarget]:visible, main .mud-select:visible >> nth=0").AllAsync()).ToList();
        if (!_hasOpenedAccountMenu && await Page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).IsVisibleAsync())
        {
            _hasOpenedAccountMenu = true;
            menus.Add(Page.GetByRole(AriaRole.Button, new() { Name = "Your account" }));
        }

        foreach (var menu in menus)
        {
            await OpenListAsync(menu);
            await AnalyseAsync($"{shown.Name}, an open list", ListAndOpener, isOneWidth: true);
            await CloseListAsync();
        }
    }

    private async Task CheckDialogAsync(string name, string opener)
    {
        var steps = opener.Split(" > ");
        if (steps is [var menu, var item])
        {
            await OpenListAsync(Page.GetByRole(AriaRole.Button, new() { Name = menu, Exact = true }));
            await Page.Locator(OpenList).GetByText(item).ClickAsync(new() { Timeout = Patience });
        }
        else
        {
            var button = Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = opener, Exact = true }).First;
            await button.ClickAsync(new() { Timeout = Patience });
        }

        await Page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { Timeout = Patience });
        await DemonstrationPortal.SettleAsync(Page);
        await AnalyseAsync(name, ".mud-dialog");
        var select = Page.Locator(".mud-dialog .mud-select:visible");
        if (await select.CountAsync() > 0)
        {
            await OpenListAsync(select.First);
            await AnalyseAsync($"{name}, an open list", ListAndOpener, isOneWidth: true);

            // Escape in MudBlazor's list of countries closes the dialog as well.
            await CloseListAsync("Tab");
        }

        var close = Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { NameRegex = CloseButton() });
        await close.First.ClickAsync(new() { Timeout = Patience });
        await Page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Hidden, Timeout = Patience });
    }

    private async Task OpenListAsync(ILocator opener)
    {
        await opener.ClickAsync(new() { Timeout = Patience });
        try
        {
            await Page.Locator(OpenList).WaitForAsync(new() { Timeout = Patience / 3 });
        }
        catch (TimeoutException)
        {
            // A click is lost while the page is drawn in other colours; a person would click again.
            await opener.ClickAsync(new() { Timeout = Patience });
            await Page.Locator(OpenList).WaitForAsync(new() { Timeout = Patience });
        }

        await DemonstrationPortal.SettleAsync(Page);
    }

    private async Task CloseListAsync(string key = "Escape")
    {
        await Page.Keyboard.PressAsync(key);
        await Page.Locator(OpenList).WaitForAsync(new() { State = WaitForSelectorState.Hidden, Timeout = Patience });
    }

    private async Task AnalyseAsync(string name, string? selector, bool isOneWidth = false)
    {
        int[] widths = isOneWidth ? [Desk] : [Desk, Phone];
        foreach (var isAboutColours in (bool[])[false, true])
        {
            foreach (var width in widths)
            {
                await ResizeAsync(width);
                foreach (var finding in await Page.EvaluateAsync<string[]>(
                    "([selector, isAboutColours]) => pageChecks.analyse(selector, isAboutColours)",
                    new object?[] { selector, isAboutColours }))
                {
                    _findings.Add($"{name} at {width}{(isAboutColours ? " in the other colours" : "")}: {finding}");
                }
            }

            await Page.EvaluateAsync("() => pageChecks.switchTheme()");
            await DemonstrationPortal.SettleAsync(Page);
        }

        await ResizeAsync(Desk);
    }

    private async Task ResizeAsync(int width)
    {
        if (Page.ViewportSize!.Width != width)
        {
            await Page.SetViewportSizeAsync(width, 900);
            await DemonstrationPortal.SettleAsync(Page);
        }
    }

    [GeneratedRegex("^(Cancel|Done|Close)$")]
    private static partial Regex CloseButton();
}
