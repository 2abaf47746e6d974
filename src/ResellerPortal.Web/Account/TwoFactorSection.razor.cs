using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using QRCoder;
using ResellerPortal.Core.Accounts;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

/// <summary>Sets up a time-based one-time password (RFC 6238) and its recovery codes.</summary>
public sealed partial class TwoFactorSection(OwnAccountService account, UserSessionService sessions)
{
    private const int RecoveryCodes = 10;

    private string? _refusal;
    private string? _key;
    private string? _qr;
    private int _left;
    private IReadOnlyList<string>? _codes;

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    /// <summary>Whether the user has just proved who they are; without that, nothing can be changed.</summary>
    [Parameter, EditorRequired]
    public bool IsVerified { get; set; }

    [SupplyParameterFromForm(FormName = "on", Name = "digits")]
    private string? Digits { get; set; }

    protected override Task OnInitializedAsync() => account.LoadAsync(LoadAsync);

    private async Task LoadAsync()
    {
        if (User.TwoFactorEnabled)
        {
            _left = await account.Users.CountRecoveryCodesAsync(User);
        }

        if (User.TwoFactorEnabled || !IsVerified)
        {
            return;
        }

        if (await account.Users.GetAuthenticatorKeyAsync(User) is not { Length: > 0 } key)
        {
            await account.Users.ResetAuthenticatorKeyAsync(User);
            key = (await account.Users.GetAuthenticatorKeyAsync(User))!;
        }

        _key = string.Join(' ', key.Chunk(4).Select(part => new string(part)));
        using var code = QRCodeGenerator.GenerateQrCode(
            $"otpauth://totp/Reseller%20Portal:{Uri.EscapeDataString(User.Email!)}?secret={key}&issuer=Reseller%20Portal&digits=6",
            QRCodeGenerator.ECCLevel.M);
        _qr = "data:image/png;base64," + Convert.ToBase64String(new PngByteQRCode(code).GetGraphic(6));
    }

    private async Task TurnOnAsync()
    {
        var digits = (Digits ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (!await account.Users.VerifyTwoFactorTokenAsync(User, TokenOptions.DefaultAuthenticatorProvider, digits))
        {
            _refusal = "This code is incorrect or expired. Check that the clock of your phone is right and enter the next code.";
        }
        else
        {
            await account.Users.SetTwoFactorEnabledAsync(User, true);
            await sessions.StrengthenAsync(User.Id, account.Session);
            await KeepSessionAsync();
            await account.AuditAsync(User, "members.second-factor", "An authenticator was set up.");
            await GenerateCodesAsync();
        }
    }

    private async Task RenewCodesAsync()
    {
        await account.AuditAsync(User, "members.second-factor", "New recovery codes were generated; the old ones no longer work.");
        await GenerateCodesAsync();
    }

    private async Task TurnOffAsync()
    {
        await account.Users.SetTwoFactorEnabledAsync(User, false);
        await account.Users.ResetAuthenticatorKeyAsync(User);
        await KeepSessionAsync();
        await account.AuditAsync(User, "members.second-factor", "The authenticator was turned off.");
        account.Complete("authenticator-off");
    }

    /// <summary>Renews this session because the security stamp of the user has changed.</summary>
    private Task KeepSessionAsync() =>
        account.Context.RequestServices.GetRequiredService<PortalSignIn>().RenewAsync(
            User, account.Context.User.ChosenMemberId, account.Context.User.SupportSessionId);

    private async Task GenerateCodesAsync() =>
        _codes = [.. (await account.Users.GenerateNewTwoFactorRecoveryCodesAsync(User, RecoveryCodes))!];
}
