using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor.Interfaces;

namespace ResellerPortal.Web.Components.Layout;

/// <summary>
/// The links of the navigation menu, as MudNavLink renders them. All are one component, apart from their icons: as two for each link,
/// they held a tenth of an open page's memory on the server.
/// </summary>
public sealed partial class NavigationLinks(NavigationManager navigation) : IDisposable
{
    private string _path = "";

    [Parameter, EditorRequired]
    public required IReadOnlyList<NavigationItem> Items { get; set; }

    /// <summary>The drawer that the links are in, which closes on small screens.</summary>
    [CascadingParameter]
    public INavigationEventReceiver? Drawer { get; set; }

    public void Dispose() => navigation.LocationChanged -= ShowLocation;

    protected override void OnInitialized()
    {
        navigation.LocationChanged += ShowLocation;
        _path = GetPath(navigation.Uri);
    }

    private static string GetPath(string address) => new Uri(address).AbsolutePath.TrimEnd('/');

    private void ShowLocation(object? sender, LocationChangedEventArgs location)
    {
        _path = GetPath(location.Location);
        StateHasChanged();
    }

    /// <summary>The home of an area is above all of its pages, so only its own address counts.</summary>
    private bool IsActive(NavigationItem item) =>
        _path.Equals(item.Address, StringComparison.OrdinalIgnoreCase)
        || (item.Address.Count('/') > 1 && _path.StartsWith(item.Address + "/", StringComparison.OrdinalIgnoreCase));

    private Task CloseDrawerAsync() => Drawer?.OnNavigation() ?? Task.CompletedTask;
}
