using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Outbox;

namespace ResellerPortal.Web.Account;

/// <summary>Requests a password reset link. The response is the same whether or not the address exists.</summary>
public sealed partial class ForgotPasswordPage(UserAccountService accounts, IMailer mailer, NavigationManager navigation)
{
    [SupplyParameterFromForm(FormName = "forgot", Name = "email")]
    private string? Email { get; set; }

    [SupplyParameterFromQuery]
    private bool Asked { get; set; }

    private async Task AskAsync()
    {
        if (!string.IsNullOrWhiteSpace(Email))
        {
            await accounts.QueuePasswordResetAsync(Email);
        }

        navigation.NavigateTo("/account/forgot?asked=true");
    }
}
