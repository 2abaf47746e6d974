using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Insights;

namespace ResellerPortal.Web.Components.Layout;

/// <summary>
/// Opens with Ctrl-K: finds pages, objects and actions by a few letters. The dialog is always in the page and opened by the browser, so
/// that the first letters are not lost on their way; arrows and Enter are the browser's too (shell.js).
/// </summary>
public sealed partial class CommandPalette(SearchQueries search)
{
    private static readonly TimeSpan UntilTyped = TimeSpan.FromMilliseconds(120);

    private IReadOnlyList<IGrouping<string, Command>> _sections = [];
    private string _text = "";
    private int _changes;

    [Parameter, EditorRequired]
    public required Actor Actor { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<NavigationGroup> Groups { get; set; }

    private string Hint => Actor.Scope.Reseller is null ? "Search resellers and pages"
        : Actor.Scope.Customer is null ? "Search customers, tokens, invoices, request IDs and pages"
        : "Search tokens, invoices and pages";

    protected override void OnParametersSet() => _sections = CommandList.Create(Actor, Groups, [], "");

    private async Task SearchAsync(ChangeEventArgs typed)
    {
        _text = ((string?)typed.Value ?? "").Trim();
        var change = ++_changes;
        await Task.Delay(UntilTyped);
        if (change != _changes)
        {
            return;
        }

        var hits = await search.SearchAsync(Actor, _text);
        if (change == _changes)
        {
            _sections = CommandList.Create(Actor, Groups, hits, _text);
        }
    }
}
