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
    /// <summary>The records that fill the template, separated by spaces, or what follows the path.</summary>
    public Func<DemonstrationPortal, string>? Record { get; init; }

    /// <summary>The text of a button and the component that it opens.</summary>
    public IReadOnlyList<(string Button, string Dialog)> Dialogs { get; init; } = [];

    /// <summary>Another state of a page that is listed already.</summary>
    public string? State { get; init; }

    /// <summary>A name for findings and for files.</summary>
    public string Name => $"{Viewer} {Route}{(State is null ? "" : $" ({State})")}";

    public string GetAddress(DemonstrationPortal portal) => Record is null
        ? Route
        : Parameter().IsMatch(Route) ? Fill(new Queue<string>(Record(portal).Split(' '))) : Route + Record(portal);

    private string Fill(Queue<string> records) => Parameter().Replace(Route, _ => records.Dequeue());

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
