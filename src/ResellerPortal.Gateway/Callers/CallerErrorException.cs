namespace ResellerPortal.Gateway.Callers;

/// <summary>The caller's request cannot be passed on as it is; nothing of it counts.</summary>
internal sealed class CallerErrorException(GatewayError error) : Exception(error.Message)
{
    public GatewayError Error { get; } = error;
}
