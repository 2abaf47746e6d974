using Microsoft.AspNetCore.Components;

namespace ResellerPortal.Web.Components;

/// <summary>
/// An action that the address asks for, such as "?do=add" from the command palette. It is taken out of the address first, because a
/// navigation closes the dialog that the action opens.
/// </summary>
internal sealed class RequestedAction(NavigationManager navigation)
{
    private string? _requested;

    /// <param name="inAddress">What the address asks for now.</param>
    /// <returns>The action to perform now, once; null for none.</returns>
    public string? Take(string? inAddress)
    {
        if (inAddress is not null)
        {
            _requested = inAddress;
            navigation.NavigateTo(navigation.GetUriWithQueryParameter("do", (string?)null), replace: true);
            return null;
        }

        (var taken, _requested) = (_requested, null);
        return taken;
    }
}
