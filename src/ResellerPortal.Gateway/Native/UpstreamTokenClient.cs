using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ResellerPortal.Core.Access;
using ResellerPortal.Core.Tenancy;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Gateway.Upstream;

namespace ResellerPortal.Gateway.Native;

/// <summary>Makes and deletes tokens in a reseller's own account at ConvertAPI, by its paths /token/create and /token/{id}.</summary>
internal sealed class UpstreamTokenClient(
    UpstreamAccountResolver accounts,
    UpstreamClient upstream,
    ILogger<UpstreamTokenClient> logger) : IUpstreamTokenClient
{
    private const int ShortestSecret = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task<Outcome<UpstreamToken>> CreateAsync(
        ResellerId reseller,
        long limit,
        TimeSpan life,
        CancellationToken cancellationToken)
    {
        if (accounts.IsSandbox)
        {
            return Refusal.Because(
                "The built-in sandbox keeps no tokens. Set ConvertApi:BaseUrl to the real service to issue tokens there.");
        }

        var account = await accounts.ReadAsync(reseller, cancellationToken);
        if (!account.IsOwn)
        {
            return Refusal.Because("Tokens at ConvertAPI need an account of the reseller's own there. Enter its secret under Gateway.");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            var path = string.Create(
                CultureInfo.InvariantCulture, $"/token/create?RequestCount={limit}&Lifetime={(long)life.TotalSeconds}&Count=1");
            using var answer = await upstream.SendAsync(account, HttpMethod.Post, path, null, timeout.Token);
            if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return Refusal.Because(
                    "ConvertAPI refused the account's secret. Enter the account's master token under Gateway; an API token may not make "
                        + "others.");
            }

            var text = await answer.Content.ReadAsStringAsync(timeout.Token);
            if (answer.IsSuccessStatusCode
                && JsonSerializer.Deserialize<Created>(
                    text, WireJson.Options) is { Tokens: [{ Id: { Length: >= ShortestSecret } secret, ValidUntil: var validUntil }] })
            {
                return new UpstreamToken(secret, validUntil.ToUniversalTime());
            }

            logger.LogWarning("ConvertAPI did not make a token: {Status}", (int)answer.StatusCode);
            return Refusal.Because(
                $"ConvertAPI did not make the token (it answered {(int)answer.StatusCode}). Nothing was issued; try again.");
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning("ConvertAPI did not make a token: {Reason}", failure.Message);
            return Refusal.Because("ConvertAPI cannot be reached at the moment. Nothing was issued; try again in a minute.");
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
        timeout.CancelAfter(Patience);
        try
        {
            using var answer = await upstream.SendAsync(
                account, HttpMethod.Delete, "/token/" + Uri.EscapeDataString(secret), null, timeout.Token);
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound)
            {
                return true;
            }

            logger.LogWarning("ConvertAPI did not delete a token: {Status}; it is tried again.", (int)answer.StatusCode);
        }
        catch (Exception failure) when (failure is HttpRequestException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning("ConvertAPI did not delete a token: {Reason}; it is tried again.", failure.Message);
        }

        return false;
    }

    private sealed record Created(IReadOnlyList<CreatedToken>? Tokens);

    private sealed record CreatedToken(string? Id, DateTimeOffset ValidUntil);
}
