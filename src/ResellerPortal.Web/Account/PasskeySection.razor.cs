using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using ResellerPortal.Core.Tenancy;

namespace ResellerPortal.Web.Account;

public sealed partial class PasskeySection(OwnAccountService account, PortalSignIn signIn)
{
    private const int MaxPasskeys = 20;

    private string? _refusal;
    private List<UserPasskeyInfo> _passkeys = [];

    [Parameter, EditorRequired]
    public PortalUser User { get; set; } = null!;

    /// <summary>Whether the user has just proved who they are; without that, nothing can be changed.</summary>
    [Parameter, EditorRequired]
    public bool IsVerified { get; set; }

    [SupplyParameterFromForm(FormName = "add-passkey", Name = "credential")]
    private string? Credential { get; set; }

    [SupplyParameterFromForm(FormName = "add-passkey", Name = "name")]
    private string? Name { get; set; }

    protected override Task OnInitializedAsync() => account.LoadAsync(
        async () => _passkeys = [.. (await account.Users.GetPasskeysAsync(User)).OrderBy(p => p.CreatedAt)]);

    private async Task AddAsync()
    {
        if (_passkeys.Count >= MaxPasskeys)
        {
            _refusal = $"You can have up to {MaxPasskeys} passkeys. Remove one first.";
            return;
        }

        var made = string.IsNullOrEmpty(Credential) ? null : await signIn.PerformPasskeyAttestationAsync(Credential);
        if (made is not { Succeeded: true })
        {
            _refusal = "The passkey could not be created, or the request timed out. Try again.";
            return;
        }

        made.Passkey.Name = string.IsNullOrWhiteSpace(Name) ? "Passkey" : Name.Trim();
        await account.Users.AddOrUpdatePasskeyAsync(User, made.Passkey);
        await account.AuditAsync(User, "members.passkey", $"The passkey \"{made.Passkey.Name}\" was added.");
        account.Complete("passkey");
    }

    private async Task RemoveAsync(UserPasskeyInfo passkey)
    {
        if (!IsVerified)
        {
            return;
        }

        await account.Users.RemovePasskeyAsync(User, passkey.CredentialId);
        await account.AuditAsync(User, "members.passkey", $"The passkey \"{passkey.Name}\" was removed.");
        account.Complete("passkey-gone");
    }
}
