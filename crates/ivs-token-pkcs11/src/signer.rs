use std::fmt;
use std::sync::{Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use ivs_token::{PublicKeyArn, Signer, SignerError, SigningInput, VerifyingKey};

use crate::Pkcs11Error;

/// A key on a PKCS#11 token that signs with `CKM_ECDSA`. [`Module::signer`](crate::Module::signer) finds one.
///
/// It stays logged in while it lives, and opens as many sessions as sign at once. Any number of threads may use one.
/// `Debug` shows the label and the public key, and no PIN.
pub struct Pkcs11Signer {
    pkcs11: Pkcs11,
    slot: Slot,
    private: ObjectHandle,
    label: String,
    kid: Option<PublicKeyArn>,
    verifying_key: VerifyingKey,
    /// Logged in, and used by nobody at the moment. The login is that of the token: it lasts while one session is open.
    idle: Mutex<Vec<Session>>,
}

impl Pkcs11Signer {
    pub(crate) fn open(pkcs11: Pkcs11, token: &str, pin: &str, key: &str) -> Result<Self, Pkcs11Error> {
        let slot = slot_of(&pkcs11, token)?;
        let session = pkcs11.open_ro_session(slot).map_err(while_doing("open a session"))?;
        match session.login(UserType::User, Some(&AuthPin::new(pin.into()))) {
            // Another signer of this process is: a login is that of the whole token.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(source) => return Err(Pkcs11Error::Hsm { doing: "log in", source }),
        }
        let private = the_one(&session, key, ObjectClass::PRIVATE_KEY, "private")?;
        let public = the_one(&session, key, ObjectClass::PUBLIC_KEY, "public")?;
        let verifying_key = read_point(&session, public)?
            .map_err(|source| Pkcs11Error::PublicKey { label: key.to_owned(), source })?;
        let idle = Mutex::new(vec![session]);
        Ok(Self { pkcs11, slot, private, label: key.to_owned(), kid: None, verifying_key, idle })
    }

    /// This signer with the ARN that `ImportPublicKey` returned for its public half: the `kid` of its tokens. Playback tokens
    /// need none.
    #[must_use]
    pub fn with_id(self, kid: PublicKeyArn) -> Self {
        Self { kid: Some(kid), ..self }
    }

    /// The public half as PEM: what `ImportPublicKey` and `ImportPlaybackKeyPair` take as `publicKeyMaterial`.
    pub fn public_key_pem(&self) -> String {
        self.verifying_key.to_spki_pem()
    }

    fn session(&self) -> Result<Session, Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.pkcs11.open_ro_session(self.slot), Ok)
    }
}

impl Signer for Pkcs11Signer {
    fn kid(&self) -> Option<&PublicKeyArn> {
        self.kid.as_ref()
    }

    fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        let failed = |error: Error| SignerError::new(format_args!("the HSM did not sign: {error}"));
        let session = self.session().map_err(failed)?;
        let signature = session.sign(&Mechanism::Ecdsa, self.private, &input.digest()).map_err(failed)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        Ok(signature)
    }
}

impl fmt::Debug for Pkcs11Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs11Signer")
            .field("key", &self.label)
            .field("kid", &self.kid)
            .field("verifying_key", &self.verifying_key)
            .finish_non_exhaustive()
    }
}

fn slot_of(pkcs11: &Pkcs11, label: &str) -> Result<Slot, Pkcs11Error> {
    let mut found = Vec::new();
    for slot in pkcs11.get_slots_with_initialized_token().map_err(while_doing("list its tokens"))? {
        let token = pkcs11.get_token_info(slot).map_err(while_doing("describe a token"))?;
        if token.label() == label {
            return Ok(slot);
        }
        found.push(token.label().to_owned());
    }
    Err(Pkcs11Error::NoToken { label: label.to_owned(), found })
}

/// The one EC key of this class with this label.
fn the_one(
    session: &Session,
    label: &str,
    class: ObjectClass,
    what: &'static str,
) -> Result<ObjectHandle, Pkcs11Error> {
    let template = [
        Attribute::Class(class),
        Attribute::KeyType(KeyType::EC),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    let keys = session.find_objects(&template).map_err(while_doing("look for the key"))?;
    match keys[..] {
        [key] => Ok(key),
        _ => Err(Pkcs11Error::NotOneKey { label: label.to_owned(), what, found: keys.len() }),
    }
}

/// Reads `CKA_EC_POINT`: a point (SEC 1, section 2.3.3) in the DER of an OCTET STRING, or bare, as some HSMs have it.
fn read_point(
    session: &Session,
    key: ObjectHandle,
) -> Result<Result<VerifyingKey, ivs_token::KeyError>, Pkcs11Error> {
    let attributes =
        session.get_attributes(key, &[AttributeType::EcPoint]).map_err(while_doing("read the public key"))?;
    let point = attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(point) => Some(point),
        _ => None,
    });
    let point = point.unwrap_or_default();
    let bare = match point.as_slice() {
        // A bare point of P-384 begins with 04 as well, but then with x, which may look like the length.
        point if point.len() == 97 => point,
        [0x04, len, rest @ ..] if rest.len() == usize::from(*len) => rest,
        point => point,
    };
    Ok(VerifyingKey::from_sec1_point(bare))
}

fn while_doing(doing: &'static str) -> impl Fn(Error) -> Pkcs11Error {
    move |source| Pkcs11Error::Hsm { doing, source }
}
