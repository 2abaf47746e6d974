using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Web.Account;

namespace ResellerPortal.Web.Components;

/// <summary>Switches a token between strict and lenient.</summary>
public sealed partial class LimitPolicyDialog(CurrentActor current, LimitPolicyService policies)
{
    private LimitPolicy _policy;

    [Parameter, EditorRequired]
    public TokenRow Token { get; set; } = null!;

    protected override void OnInitialized() => _policy = Token.LimitPolicy;

    private async Task<Refusal?> ActAsync() => (await policies.SetAsync(await current.GetAsync(), Token.Id, _policy)).Refusal;
}
