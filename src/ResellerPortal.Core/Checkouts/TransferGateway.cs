using ResellerPortal.Core.Monetary;

namespace ResellerPortal.Core.Checkouts;

/// <summary>Payments outside the portal: states where to transfer the money; people confirm that it was received or refunded.</summary>
public sealed class TransferGateway : IPaymentGateway
{
    public PaymentMethodKind Method => PaymentMethodKind.Transfer;

    public Task<PaymentStart> StartAsync(PaymentRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(
            new PaymentStart(null, new TransferDetails(request.Amount, request.Reference, request.Account, request.Instructions)));

    public Task<string?> RefundAsync(Checkout checkout, string paymentId, Money amount, Guid key, CancellationToken cancellationToken) =>
        Task.FromResult<string?>($"Transfer {amount} back, then record the refund.");
}
