using System.Text.RegularExpressions;

namespace ResellerPortal.EndToEnd.Tests.Pages;

/// <summary>Who opens a page.</summary>
public enum Viewer
{
    Visitor,
    Operator,
    Reseller,
    Customer,
}

/// <summary>A page of the portal with the demonstration's data, and the dialogs that its buttons open.</summary>
/// <param name="Route">The route template in the page's source.</param>
internal sealed partial record PageCase(Viewer Viewer, string Route)
{
    /// <summary>The record that fills the template, or what follows the path.</summary>
    public Func<DemonstrationPortal, string>? Record { get; init; }

    /// <summary>The text of a button and the component that it opens.</summary>
    public IReadOnlyList<(string Button, string Dialog)> Dialogs { get; init; } = [];

    /// <summary>Another state of a page that is listed already.</summary>
    public string? State { get; init; }

    /// <summary>A name for findings and for files.</summary>
    public string Name => $"{Viewer} {Route}{(State is null ? "" : $" ({State})")}";

    public string GetAddress(DemonstrationPortal portal) => Record is null
        ? Route
        : Parameter().IsMatch(Route) ? Parameter().Replace(Route, Record(portal)) : Route + Record(portal);

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
