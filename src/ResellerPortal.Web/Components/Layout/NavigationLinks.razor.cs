using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor.Interfaces;

namespace ResellerPortal.Web.Components.Layout;

/// <summary>
/// The groups of the navigation menu; the one that is open shows its pages. All links are one component, apart from their icons: as two for
/// each, they held a tenth of an open page's memory on the server.
/// </summary>
public sealed partial class NavigationLinks(NavigationManager navigation) : IDisposable
{
    private NavigationPlace? _place;

    [Parameter, EditorRequired]
    public required IReadOnlyList<NavigationGroup> Groups { get; set; }

    /// <summary>The drawer that the links are in, which closes on small screens.</summary>
    [CascadingParameter]
    public INavigationEventReceiver? Drawer { get; set; }

    public void Dispose() => navigation.LocationChanged -= ShowLocation;

    protected override void OnInitialized() => navigation.LocationChanged += ShowLocation;

    protected override void OnParametersSet() => _place = FindPlace(navigation.Uri);

    private NavigationPlace? FindPlace(string address) => Navigation.FindPlace(Groups, new Uri(address).AbsolutePath);

    private void ShowLocation(object? sender, LocationChangedEventArgs location)
    {
        _place = FindPlace(location.Location);
        StateHasChanged();
    }

    /// <summary>A group with one page is that page; the others mark the page among their own.</summary>
    private string? GetCurrent(NavigationGroup group) => group.Title == _place?.Group.Title && group.Pages.Count == 1 ? "page" : null;

    private Task CloseDrawerAsync() => Drawer?.OnNavigation() ?? Task.CompletedTask;
}
