using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Native;

/// <summary>Creates and deletes tokens in a reseller's own ConvertAPI account through /token/create and /token/{id}.</summary>
internal sealed class UpstreamTokenClient(
    UpstreamAccountResolver accounts,
    UpstreamClient upstream,
    ILogger<UpstreamTokenClient> logger) : IUpstreamTokenClient
{
    private const int ShortestSecret = 8;

    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(20);

    public async Task<Outcome<UpstreamToken>> CreateAsync(
        ResellerId reseller,
        long limit,
        TimeSpan life,
        CancellationToken cancellationToken)
    {
        if (accounts.IsSandbox)
        {
            return Refusal.Because(
                "The built-in sandbox does not support tokens. Set ConvertApi:BaseUrl to the real service to issue them.");
        }

        var account = await accounts.ReadAsync(reseller, cancellationToken);
        if (!account.IsOwn)
        {
            return Refusal.Because("Tokens at ConvertAPI require the reseller's own ConvertAPI account. Enter its secret under Gateway.");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(RequestTimeout);
        try
        {
            var path = string.Create(
                CultureInfo.InvariantCulture, $"/token/create?RequestCount={limit}&Lifetime={(long)life.TotalSeconds}&Count=1");
            using var answer = await upstream.SendAsync(account, HttpMethod.Post, path, null, timeout.Token);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return Refusal.Because(
                    "ConvertAPI rejected the account's secret. Enter the account's master token under Gateway; an API token cannot create "
                        + "tokens.");
            }

            var text = await answer.Content.ReadAsStringAsync(timeout.Token);
            if (answer.IsSuccessStatusCode
                && JsonSerializer.Deserialize<Created>(
                    text, WireJson.Options) is { Tokens: [{ Id: { Length: >= ShortestSecret } secret, ValidUntil: var validUntil }] })
            {
                return new UpstreamToken(secret, validUntil.ToUniversalTime());
            }

            logger.LogWarning("ConvertAPI failed to create a token: {Status}", (int)answer.StatusCode);
            return Refusal.Because(
                $"ConvertAPI did not create the token (status {(int)answer.StatusCode}). Nothing was issued; try again.");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning("ConvertAPI failed to create a token: {Reason}", failure.Message);
            return Refusal.Because("ConvertAPI is temporarily unavailable. Nothing was issued; try again in a minute.");
        }
    }

    public async Task<bool> TryDeleteAsync(ResellerId reseller, string secret, CancellationToken cancellationToken)
    {
        var account = await accounts.ReadAsync(reseller, cancellationToken);
        if (accounts.IsSandbox || !account.IsOwn)
        {
            return false;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(RequestTimeout);
        try
        {
            using var answer = await upstream.SendAsync(
                account, HttpMethod.Delete, "/token/" + Uri.EscapeDataString(secret), null, timeout.Token);
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound)
            {
                return true;
            }

            logger.LogWarning("ConvertAPI failed to delete a token: {Status}; it will be retried.", (int)answer.StatusCode);
        }
        catch (Exception failure) when (failure is HttpRequestException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning("ConvertAPI failed to delete a token: {Reason}; it will be retried.", failure.Message);
        }

        return false;
    }

    private sealed record Created(IReadOnlyList<CreatedToken>? Tokens);

    private sealed record CreatedToken(string? Id, DateTimeOffset ValidUntil);
}
