using Microsoft.AspNetCore.Components;

namespace ResellerPortal.Web.Account;

/// <summary>The target of a confirmation link. Confirming requires a button so that mail scanners that open links do not confirm.</summary>
public sealed partial class ConfirmEmailPage(PortalUserManager users)
{
    private bool? _isConfirmed;

    [SupplyParameterFromQuery]
    private string? User { get; set; }

    [SupplyParameterFromQuery]
    private string? Code { get; set; }

    private async Task ConfirmAsync() =>
        _isConfirmed = User is not null
            && await users.FindByIdAsync(User) is { } user
            && (await users.ConfirmEmailAsync(user, Code ?? "")).Succeeded;
}
