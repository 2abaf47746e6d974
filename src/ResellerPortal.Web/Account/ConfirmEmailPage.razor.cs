using Microsoft.AspNetCore.Components;

namespace ResellerPortal.Web.Account;

/// <summary>Where the link of a confirmation leads. The button keeps programs that open links of mails from confirming.</summary>
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
