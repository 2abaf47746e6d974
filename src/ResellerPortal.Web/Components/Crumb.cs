namespace ResellerPortal.Web.Components;

/// <summary>A step of the way from the menu to a page.</summary>
/// <param name="Address">Null for a group of the menu, which is no page.</param>
public sealed record Crumb(string Title, string? Address)
{
    /// <summary>The menu's group, then its page if the address is below it, then what the page names as its parents.</summary>
    public static IReadOnlyList<Crumb> ForPage(string path, IReadOnlyList<Crumb> parents) => Navigation.FindPlace(path) is { } place
        ?
        [
            .. place.Group.Pages.Count > 1 ? [new Crumb(place.Group.Title, null)] : Array.Empty<Crumb>(),
            .. place.IsBelow ? [new Crumb(place.Page.Title, place.Page.Address)] : Array.Empty<Crumb>(),
            .. parents,
        ]
        : parents;
}
