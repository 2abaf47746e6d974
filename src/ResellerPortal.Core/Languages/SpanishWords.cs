namespace ResellerPortal.Core.Languages;

internal static class SpanishWords
{
    public static DocumentWords Instance { get; } = new()
    {
        Invoice = "Factura",
        CreditNote = "Factura rectificativa",
        BilledTo = "Facturado a",
        Issued = "Fecha de emisión",
        Due = "Vencimiento",
        AgainstInvoice = "De la factura",
        Period = "Período",
        BuyerReference = "Su referencia",
        AmountDue = "Importe a pagar",
        CreditBalance = "A su favor",
        AmountCredited = "Importe abonado",
        VatId = "NIF-IVA {0}",
        RegistrationNumber = "N.º de registro {0}",
        TaxNumber = "N.º fiscal {0}",
        ConversionsPerDay = "Conversiones por día",
        BusiestDay = "día de más uso: {0} conversiones",
        Description = "Descripción",
        Quantity = "Cantidad",
        UnitPrice = "Precio unitario",
        Tax = "IVA",
        TaxableAmount = "Base imponible",
        Amount = "Importe",
        CarriedOver = "Suma y sigue",
        BroughtForward = "Suma anterior",
        NetTotal = "Total sin IVA",
        Total = "Total",
        StandardRate = "Tipo general",
        ReverseCharge = "Inversión del sujeto pasivo",
        Exempt = "Exento",
        Export = "Exportación",
        NotSubject = "No sujeto",
        CostNote = "Nuestro propio coste de las conversiones de esta factura es de {0}.",
        InOwnCurrency = "En {0}: {1} sin impuestos, {2} de impuestos, al cambio {3}.",
        TaxInNationalCurrency = "Impuestos en {0}, la moneda de nuestro país: {1}, al cambio {2}.",
        Payment = "Pago",
        PleasePay = "Le rogamos que pague {0} a más tardar el {1}, con la referencia {2}.",
        NothingToPay = "No hay nada que pagar. {0} quedan a su favor, por uso corregido después de facturarse.",
        PaidFromBalance = "Pagado con su saldo",
        AllPaidFromBalance = "Pagado con su saldo. No queda nada por pagar.",
        AccountHolder = "Titular de la cuenta",
        Reference = "Concepto",
        PayOnline = "Pagar en línea",
        ScanToPay = "Escanee para pagar",
        Credit = "Abono",
        CreditedSentence = "Se abonan {0} de la factura {1} de {2}.",
        CreditTerms = "No hay nada que pagar. El importe se compensa o se reembolsa.",
        Reason = "Motivo: {0}",
        LedgerRange = "Factura los asientos {0} a {1} del registro de uso. Huella del último:",
        LedgerNothingNew = "No factura uso nuevo; el registro está facturado hasta el asiento {0}. Su huella:",
        LedgerOfCredit = "Rectifica la factura {0}, que factura el uso hasta el asiento {1}. Su huella:",
        Verify = "Para comprobarlo: entre en {0}, guarde su registro y ejecute el programa adjunto.",
        ThePortal = "su portal",
        PageOf = "{0} · página {1} de {2}",
        UsageByToken = "Uso por token de API y día",
        Conversions = "{0} conversiones",
        Statement = "Estado de cuenta",
        AccountOf = "Cuenta de",
        OpeningBalance = "Saldo anterior",
        Owed = "Saldo",
        DayOfEntry = "Día",
        Document = "Documento",
        LateFeeFor = "Recargo por demora de {0}",
        PaymentReturned = "Pago devuelto",
        CreditedBefore = "Ya abonado con {0}",
        WrittenOffOf = "Dado de baja de {0}",
        PaymentFor = "Pago de {0}",
        BalanceTopUp = "Ingreso en el saldo",
        BalanceRefund = "Devolución del saldo",
        DocumentFor = "{0} de {1}",
        Included = "incluidas",
        Packages = "Paquetes de {0} conversiones",
        Discount = "Descuento",
        MinimumDifference = "Diferencia hasta el mínimo",
        MonthlyFee = "Cuota mensual",
        LateFrom = "tardío, {0}",
        WhyReverseCharge = "Inversión del sujeto pasivo: el cliente es el deudor del IVA (artículo 196 de la Directiva 2006/112/CE).",
        WhyExport = "Exportación: no se repercute IVA.",
        WhyNotSubject = "Operación no sujeta a IVA.",
        WhyOutsideTheUnion =
            "No sujeto aquí: el servicio se presta donde está establecido el cliente (artículo 44 de la Directiva 2006/112/CE).",
        WhyNotRegistered = "El vendedor no está registrado a efectos de IVA.",
        InvoiceSubject = "Factura {number} de {seller}",
        InvoiceEmail = """
            Estimado cliente {customer}:

            adjuntamos nuestra factura {number} del período {period}.
            Importe a pagar: {open}, antes del {due}.

            También la encuentra, con su uso, en {link}.

            Un saludo
            {seller}
            """,
        CreditNoteSubject = "Factura rectificativa {number} de {seller}",
        CreditNoteEmail = """
            Estimado cliente {customer}:

            adjuntamos nuestra factura rectificativa {number} de {total}.

            También la encuentra en {link}.

            Un saludo
            {seller}
            """,
        ReminderSubject = "Recordatorio: factura {number}, vencida el {due}",
        ReminderEmail = """
            Estimado cliente {customer}:

            quizá se le pasó: nuestra factura {number} venció el {due} y quedan {open} pendientes. La adjuntamos de nuevo.

            Si ya ha pagado, no tenga en cuenta este mensaje.

            Un saludo
            {seller}
            """,
        SecondReminderSubject = "Segundo recordatorio: factura {number}",
        SecondReminderEmail = """
            Estimado cliente {customer}:

            nuestra factura {number}, vencida el {due}, sigue sin pagarse. Quedan {open} pendientes, incluidos recargos por demora de {fee}.

            Le rogamos que pague en una semana, o que nos escriba si algo lo impide.

            Un saludo
            {seller}
            """,
        FinalNoticeSubject = "Último recordatorio: factura {number}",
        FinalNoticeEmail = """
            Estimado cliente {customer}:

            a pesar de nuestros recordatorios, {open} de nuestra factura {number}, vencida el {due}, siguen pendientes. Recargos por demora incluidos: {fee}.

            Le rogamos que pague de inmediato. Las conversiones de su cuenta pueden suspenderse hasta el pago; vea su estado en {link}.

            Un saludo
            {seller}
            """,
    };
}
