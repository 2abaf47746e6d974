using System.Net;
using System.Text.Json;
using ResellerPortal.Core.Metering;
using ResellerPortal.Core.Tokens;
using ResellerPortal.Testing;

namespace ResellerPortal.Web.Tests.Gateway;

public sealed class EditedTokenTests
{
    [Fact]
    public async Task A_restriction_applies_to_the_next_request_and_to_signed_tokens_and_is_counted()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        using var body = JsonContent.Create(
            new { ExpiresInSec = 3600 }, options: new JsonSerializerOptions { PropertyNamingPolicy = null });
        var minted = (await GatewayFixture.JsonAsync(fixture.Client.PostAsync("/token/jwt", body))).GetProperty("token").GetString()!;
        using var signed = fixture.Server.WithToken(minted);
        Assert.True((await ConvertAsync(signed)).IsSuccessStatusCode);

        await EditAsync(terms => terms with { AllowedConverters = ["docx-to-pdf"] });
        var refused = await ConvertAsync(fixture.Client);
        Assert.Contains("only: docx-to-pdf", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(ConvertAsync(signed)));
        await EditAsync(terms => terms with { AllowedConverters = [], AllowedNetworks = ["203.0.113.0/24"] });
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Client)));
        Assert.Equal((HttpStatusCode.Unauthorized, 4015), await GatewayFixture.RefusalAsync(ConvertAsync(signed)));
        await EditAsync(terms => terms with { AllowedNetworks = [] });
        Assert.True((await ConvertAsync(signed)).IsSuccessStatusCode);

        await fixture.Server.Services.GetRequiredService<TokenRequestCountWorker>().RunAsync(TestContext.Current.CancellationToken);
        var detail = (await fixture.Server.Services.GetRequiredService<TokenDetailQueries>().FindAsync(
            fixture.Owner, fixture.Customer.Id, fixture.Token.Token.Id, TestContext.Current.CancellationToken))!;
        Assert.Equal(
            [new TokenRefusals(RequestOutcome.ConverterNotAllowed, 2), new TokenRefusals(RequestOutcome.AddressNotAllowed, 2)],
            detail.Refusals);
        Assert.Equal((2, 4), (detail.Hours.Sum(h => h.Accepted), detail.Hours.Sum(h => h.Refused)));
        Assert.Equal(2, (await fixture.SettledAsync()).Count);

        async Task EditAsync(Func<TokenRequest, TokenRequest> change) =>
            await TestData.Valued(fixture.Server.Services.GetRequiredService<TokenEditService>().EditAsync(
                fixture.Owner, fixture.Token.Token.Id, change(TokenRequest.FromToken(fixture.Token.Token))));
    }

    [Fact]
    public async Task A_limit_lowered_below_what_is_used_answers_4014()
    {
        using var fixture = await GatewayFixture.OpenAsync();
        Assert.True((await ConvertAsync(fixture.Client)).IsSuccessStatusCode);
        await fixture.SettledAsync();
        var terms = TokenRequest.FromToken(fixture.Token.Token) with { UsageLimit = 1 };

        await TestData.Valued(fixture.Server.Services.GetRequiredService<TokenEditService>().EditAsync(
            fixture.Owner, fixture.Token.Token.Id, terms));

        Assert.Equal((HttpStatusCode.Unauthorized, 4014), await GatewayFixture.RefusalAsync(ConvertAsync(fixture.Client)));
    }

    private static async Task<HttpResponseMessage> ConvertAsync(HttpClient client)
    {
        using var form = GatewayFixture.Form("a.txt");
        return await client.PostAsync("/convert/txt/to/pdf", form);
    }
}
