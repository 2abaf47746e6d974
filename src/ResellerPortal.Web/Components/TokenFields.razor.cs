using Microsoft.AspNetCore.Components;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tokens;

namespace ResellerPortal.Web.Components;

/// <summary>The form fields of a token's terms, with an error at the field that a refusal names.</summary>
public sealed partial class TokenFields
{
    private static readonly string[] MoreFields =
    [
        nameof(TokenRequest.NotBeforeUtc), nameof(TokenRequest.AllowedOrigins), nameof(TokenRequest.RequestsPerMinute),
        nameof(TokenRequest.ConcurrentRequests), nameof(TokenRequest.IsMaster),
    ];

    private bool? _isOpen;

    [Parameter, EditorRequired]
    public TokenDraft Draft { get; set; } = null!;

    [Parameter]
    public Refusal? Refusal { get; set; }

    /// <summary>The maximum usage limit; null for no maximum.</summary>
    [Parameter]
    public long? MaxLimit { get; set; }

    /// <summary>Whether the token may be a master token.</summary>
    [Parameter]
    public bool MayBeMaster { get; set; }

    /// <summary>Whether the token may be lenient.</summary>
    [Parameter]
    public bool MayBeLenient { get; set; }

    /// <summary>Whether the token may be created at ConvertAPI.</summary>
    [Parameter]
    public bool MayBeNative { get; set; }

    /// <summary>Replaces the fields for the instants between which the token is valid.</summary>
    [Parameter]
    public RenderFragment? Expiry { get; set; }

    /// <summary>Invoked when the limit was edited.</summary>
    [Parameter]
    public EventCallback OnLimit { get; set; }

    private bool IsOpen => (_isOpen ?? Draft.HasMore) || (Refusal?.Field is { } wrong && MoreFields.Contains(wrong));

    private bool IsAt(string field) => Refusal?.Field == field;
}
