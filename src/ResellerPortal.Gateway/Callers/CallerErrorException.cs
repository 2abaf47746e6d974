namespace ResellerPortal.Gateway.Callers;

/// <summary>The caller's request is invalid and cannot be forwarded; nothing is charged.</summary>
internal sealed class CallerErrorException(GatewayError error) : Exception(error.Message)
{
    public GatewayError Error { get; } = error;
}
